// The verdict on a result of the reader's own.

import { ask, Refusal } from "./api.js";
import { paragraph, quote } from "./editor.js";

const area = document.getElementById("claim");
const box = document.getElementById("verdict");
const WORDS = { right: "Right.", wrong: "Wrong", "not checked": "Not checked" };
let turn = 0;

area.addEventListener("input", clear);

export const claim = () => area.value.trim();

export function setClaim(text) {
  area.value = text;
  clear();
}

export function clear() {
  turn++;
  area.removeAttribute("aria-invalid");
  box.replaceChildren();
}

export async function judge(question) {
  clear();
  const own = turn;
  const shown = await verdict({ ...question, claim: claim() });
  if (own !== turn) return;
  box.replaceChildren(...shown);
  box.scrollIntoView({ block: "nearest" });
}

async function verdict(question) {
  if (!question.wrt) return [paragraph("Pick the one variable that your result derives by.", "bad")];
  if (!question.claim) return [paragraph("There is no result to check yet.", "bad")];
  const { style, steps, substituted, ...asked } = question;
  try {
    return report(await ask("verify", asked), question.wrt);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    area.setAttribute("aria-invalid", "true");
    return [paragraph(error.message, "bad"), ...(error.place?.shown.trim() ? [quote(error.place.shown)] : [])];
  }
}

function report({ verdict, hint, reason, counterexample, trials }, wrt) {
  const why = hint || reason;
  const words = paragraph(`${WORDS[verdict]}${why ? `: ${why}.` : verdict === "wrong" ? "." : ""}`, verdict === "right" ? "good" : "bad");
  return [words, ...shownAt(counterexample), tried(trials, wrt)];
}

function shownAt(counterexample) {
  const names = Object.keys(counterexample);
  if (!names.length) return [];
  const list = document.createElement("dl");
  for (const name of names) {
    const term = document.createElement("dt"), value = document.createElement("dd");
    term.textContent = name;
    value.textContent = numbers(counterexample[name]);
    list.append(term, value);
  }
  return [paragraph("For example at"), list];
}

function numbers(value) {
  if (Array.isArray(value)) return `[${value.map(numbers).join(", ")}]`;
  return value === null ? "not a number" : String(Number(value.toPrecision(6))).replace("-", "−");
}

function tried(trials, wrt) {
  const points = trials.filter(({ what }) => what === "claim").reduce((sum, trial) => sum + trial.points, 0);
  return paragraph(points ? `Compared with the derivative by ${wrt} at ${points} random points.` : "", "quiet");
}
