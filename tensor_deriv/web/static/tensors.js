// The table of tensors: the inferred shape shows where none is written, and a row keeps what was typed into it.

import { isScalar, shapeWords } from "./question.js";

const ASSUMPTIONS = ["symmetric", "positive", "spd", "invertible", "orthogonal", "diagonal", "simplex", "constant"];
const table = document.getElementById("tensors");
const body = table.tBodies[0];
const written = { shapes: {}, assume: {} };
let changed = () => {};

export function onChange(then) {
  changed = then;
}

export const assume = () => ({ ...written.assume });

// As the server reads them: "" is a scalar there, and nothing here where the shape is to be inferred.
export const shapes = () => ({ ...written.shapes });

// The tensors of the table that are no definitions.
export const names = () => Array.from(body.rows).filter((row) => !row.querySelector("select").hidden).map((row) => row.dataset.name);

export function set(state) {
  written.shapes = { ...state.shapes };
  written.assume = { ...state.assume };
  body.replaceChildren();
}

// Rows for these tensors, in this order: {name: {shape, input}}, the shape null where it is not known.
export function show(tensors) {
  const rows = new Map(Array.from(body.rows, (row) => [row.dataset.name, row]));
  const wanted = Object.entries(tensors).map(([name, what]) => updated(rows.get(name) ?? made(name), what));
  if (wanted.some((row, place) => body.rows[place] !== row) || wanted.length !== body.rows.length) keepingFocus(() => body.replaceChildren(...wanted));
  table.hidden = wanted.length === 0;
}

function keepingFocus(change) {
  const focused = document.activeElement;
  change();
  if (body.contains(focused)) focused.focus();
}

function made(name) {
  const row = document.createElement("tr");
  row.dataset.name = name;
  const head = Object.assign(document.createElement("th"), { scope: "row" });
  head.append(Object.assign(document.createElement("code"), { textContent: name }));
  row.append(head, cell(shapeBox(name)), cell(assumptionBox(name)));
  return row;
}

function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function shapeBox(name) {
  const box = Object.assign(document.createElement("input"), { autocomplete: "off", spellcheck: false, ariaLabel: `shape of ${name}` });
  box.setAttribute("autocapitalize", "off");
  box.value = written.shapes[name] ?? "";
  box.addEventListener("input", () => {
    written.shapes[name] = isScalar(box.value) ? "()" : shapeWords(box.value);
    changed("typed");
  });
  return box;
}

function assumptionBox(name) {
  const box = Object.assign(document.createElement("select"), { ariaLabel: `assumption about ${name}` });
  const own = written.assume[name] ?? "";
  const words = own && !ASSUMPTIONS.includes(own) ? [own, ...ASSUMPTIONS] : ASSUMPTIONS;
  box.append(new Option("none", ""), ...words.map((word) => new Option(word)));
  box.value = own;
  box.addEventListener("change", () => { written.assume[name] = box.value; changed("chosen"); });
  return box;
}

function updated(row, { shape, input }) {
  const [box, select] = row.querySelectorAll("input, select");
  box.placeholder = shape === null ? "not known" : shape.length ? shape.join(", ") : "scalar";
  select.hidden = !input;
  return row;
}
