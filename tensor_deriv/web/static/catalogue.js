// The catalogue: each entry a link that holds its whole question.

import { catalogue } from "./api.js";
import { fromEntry, toFragment } from "./question.js";

const box = document.getElementById("catalogue");
const find = document.getElementById("find");
const list = document.getElementById("entries");
const found = document.getElementById("found");
let items = [];

export function begin() {
  box.addEventListener("toggle", () => { if (box.open && !items.length) load(); });
  find.addEventListener("input", filter);
  list.addEventListener("click", (event) => { if (event.target.closest("a")) box.open = false; });
}

async function load() {
  try {
    items = (await catalogue()).map(item);
    list.replaceChildren(...items.map(({ row }) => row));
    filter();
  } catch (error) {
    found.textContent = error.message;
  }
}

function item(entry) {
  const { question, name, title } = entry;
  const link = Object.assign(document.createElement("a"), { href: toFragment(fromEntry(entry)), textContent: title });
  const formula = Object.assign(document.createElement("code"), { textContent: [...question.definitions, question.expr].join("; ") });
  const row = document.createElement("li");
  row.append(link, formula);
  return { row, text: `${name} ${title} ${formula.textContent}`.toLowerCase() };
}

function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { row, text } of items) {
    row.hidden = !words.every((word) => text.includes(word));
    count += row.hidden ? 0 : 1;
  }
  found.textContent = `${count} of ${items.length}`;
}
