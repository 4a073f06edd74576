// The formula's box: what stands in it, and an error marked under its place.
// Behind the text lies a copy of it, which makes the box as high as the text and carries the mark.

import { statements } from "./question.js";

const area = document.getElementById("formula");
const marks = document.getElementById("marks");
const words = document.getElementById("formula-error");

export const formula = () => area.value;

export function setFormula(text) {
  area.value = text;
  clear();
}

export function onInput(then) {
  area.addEventListener("input", () => { clear(); then(); });
}

export function clear() {
  area.removeAttribute("aria-invalid");
  marks.replaceChildren(`${area.value}\n`);
  words.replaceChildren();
}

// Show a refusal: its words, and in the formula the place that it is about.
export function complain(refusal) {
  clear();
  const span = inFormula(refusal.place);
  area.setAttribute("aria-invalid", "true");
  words.append(paragraph(span ? `${lineWords(span)}${refusal.message}` : refusal.message));
  if (span) mark(span);
  else if (refusal.place?.shown.trim()) words.append(quote(refusal.place.shown));
}

export function quote(text) {
  const box = document.createElement("pre");
  box.textContent = text;
  return box;
}

export function paragraph(text, kind = "") {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = kind;
  return made;
}

// Where a place lies in the box; null where it is about another text. The server counts characters, this counts UTF-16.
function inFormula(place) {
  if (!place || !["expr", "definitions"].includes(place.field)) return null;
  const all = statements(area.value);
  const own = place.field === "expr" ? all.at(-1) : all[place.index];
  if (!own) return { start: 0, end: area.value.length };
  const units = (count) => Array.from(own.text).slice(0, count).join("").length;
  return { start: own.start + units(place.start), end: own.start + Math.max(units(place.end), units(place.start) + 1) };
}

function lineWords({ start }) {
  const lines = area.value.trim().split("\n").length;
  return lines > 1 ? `line ${area.value.slice(0, start).split("\n").length}: ` : "";
}

function mark({ start, end }) {
  const place = document.createElement("mark");
  const text = `${area.value}\n`;
  place.textContent = text.slice(start, end).replace(/^\n$/, " \n") || " ";
  marks.replaceChildren(text.slice(0, start), place, text.slice(Math.max(end, start)));
}
