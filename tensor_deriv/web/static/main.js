// The page: what is typed is read as it is typed, and derived when it is asked for; the address holds the question.

import { ask, Refusal } from "./api.js";
import * as catalogue from "./catalogue.js";
import * as claims from "./claim.js";
import * as editor from "./editor.js";
import { asked, defined, fromFragment, names, shapeWords, toFragment } from "./question.js";
import * as tensors from "./tensors.js";

const FIRST = "#expr=sum((X+@+w+-+y)**2)&wrt=w";
const PAUSE = 250; // ms without a key until what is typed is read
const at = (id) => document.getElementById(id);
const [wrt, order, style, steps, substituted] = ["wrt", "order", "style", "steps", "substituted"].map(at);
const [stop, news, articles] = ["stop", "news", "articles"].map(at);
const html = window.trustedTypes?.createPolicy("answer", { createHTML: (text) => text }) ?? { createHTML: (text) => text };

let shown = ""; // the fragment of the question that is answered on the page
let reading = 0, timer = 0, running = null;
let away = false; // the server did not answer when something was read

function state() {
  return {
    formula: editor.formula(), shapes: tensors.shapes(), assume: tensors.assume(),
    wrt: wrt.value, order: Number(order.value), style: style.value, steps: steps.value, substituted: Boolean(substituted.value),
    claim: claims.claim(),
  };
}

function question() {
  const found = asked(state());
  return { ...found, shapes: Object.fromEntries(Object.entries(found.shapes).map(([name, shape]) => [name, shapeWords(shape)])) };
}

// ---- reading as it is typed

function readSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => read(), PAUSE);
  tellStale();
}

async function read() {
  clearTimeout(timer);
  const own = ++reading;
  const { definitions, expr, shapes, assume } = question();
  if (!expr) return;
  try {
    const found = await ask("read", { definitions, expr, shapes, assume });
    if (own === reading) understood(found);
  } catch (error) {
    if (own === reading) notUnderstood(error);
  }
}

function understood({ inputs, definitions, shape, variables }) {
  back();
  editor.clear();
  const given = Object.entries(inputs).map(([name, item]) => [name, { shape: item.shape, input: true }]);
  const own = Object.entries(definitions).map(([name, item]) => [name, { shape: item, input: false }]);
  tensors.show(Object.fromEntries([...given, ...own]));
  at("shape").textContent = `The last line is ${shape.length ? `of shape (${shape.join(", ")}${shape.length === 1 ? "," : ""})` : "a scalar"}.`;
  offer(variables, Object.keys(definitions));
}

function notUnderstood(error) {
  if (!(error instanceof Refusal)) throw error;
  if (!error.ofQuestion) {
    away = true;
    news.textContent = `No answer: ${error.message}`;
    return;
  }
  back();
  editor.complain(error);
  const known = tensors.names().filter((name) => names(editor.formula(), name)).map((name) => [name, { shape: null, input: true }]);
  const own = defined(editor.formula()).map((name) => [name, { shape: null, input: false }]);
  tensors.show(Object.fromEntries([...known, ...own]));
  at("shape").textContent = "";
}

function back() {
  if (away) news.textContent = "";
  away = false;
}

// The variables to derive by, the chosen one kept where it is still there.
function offer(variables, definitions) {
  const before = wrt.value;
  const options = [...variables.map((name) => new Option(name)), ...definitions.map((name) => new Option(`${name}, a definition`, name))];
  if (variables.length > 1) options.push(new Option("all", ""));
  wrt.replaceChildren(...options);
  wrt.value = options.some(({ value }) => value === before) ? before : variables[0] ?? "";
}

// ---- deriving

async function derive() {
  running?.abort();
  const own = running = new AbortController();
  const { claim, ...rest } = state();
  const slow = setTimeout(() => { news.textContent = "Deriving …"; stop.hidden = false; }, 300);
  articles.setAttribute("aria-busy", "true");
  try {
    const found = await ask("articles", question(), own.signal);
    show(found.articles, toFragment(rest));
  } catch (error) {
    if (own === running) refuse(error);
  } finally {
    clearTimeout(slow);
    if (own === running) settled();
  }
}

function show(found, fragment) {
  articles.innerHTML = html.createHTML(found.map((item) => item.html).join("\n"));
  at("said").textContent = `Derived by ${found.map((item) => item.wrt).join(", ")}, and checked.`;
  shown = fragment;
  news.textContent = "";
  dispatchEvent(new Event("resize")); // what scrolls is found anew
}

function refuse(error) {
  articles.replaceChildren();
  at("said").textContent = shown = "";
  if (error.name === "AbortError") news.textContent = "Stopped.";
  else if (!(error instanceof Refusal)) throw error;
  else if (error.place?.field || ["ParseError", "ShapeError", "UnknownNameError"].includes(error.kind)) {
    editor.complain(error);
    news.textContent = "No answer: the formula says where.";
  } else news.textContent = `No answer: ${error.message}`;
}

function settled() {
  running = null;
  stop.hidden = true;
  articles.removeAttribute("aria-busy");
  if (news.textContent === "Deriving …") news.textContent = "";
}

function tellStale() {
  const { claim, ...rest } = state();
  const stale = shown !== "" && toFragment(rest) !== shown;
  articles.classList.toggle("stale", stale);
  at("stale").textContent = stale ? "The question has changed; this is the answer to the one before." : "";
}

// ---- the address

async function submit() {
  await read();
  remember();
  await derive();
  tellStale();
}

function remember() {
  const fragment = toFragment(state());
  if (fragment !== location.hash) history.pushState(null, "", fragment);
  name();
}

// As `submit`, and on a narrow screen go to where the answer stands.
async function submitAndGo() {
  await submit();
  if (shown && at("answer").getBoundingClientRect().top > innerHeight / 2) at("answer").scrollIntoView();
}

function name() {
  const { expr, wrt: by } = question();
  document.title = expr ? `${expr}${by ? ` by ${by}` : ""} – derive` : "derive";
}

// Ask what the address asks; without a question in it, a first one to look at.
async function follow() {
  const given = fromFragment(location.hash) ?? fromFragment(FIRST);
  editor.setFormula(given.formula);
  tensors.set(given);
  claims.setClaim(given.claim);
  wrt.replaceChildren(...(given.wrt === null ? [] : [new Option(given.wrt || "all", given.wrt)]));
  order.value = String(given.order);
  style.value = given.style;
  steps.value = given.steps;
  substituted.value = given.substituted ? "true" : "";
  await read();
  if (given.wrt) keep(given.wrt);
  name();
  await Promise.all([derive(), given.claim ? claims.judge(question()) : null]);
  tellStale();
}

// A variable that the formula has not stays the question, so that the answer can say so.
function keep(variable) {
  if (!Array.from(wrt.options).some(({ value }) => value === variable)) wrt.append(new Option(variable));
  wrt.value = variable;
}

async function judge() {
  await read();
  remember();
  await claims.judge(question());
}

async function copyLink() {
  const { textContent } = at("copy-link");
  await navigator.clipboard.writeText(location.href.split("#")[0] + toFragment(state()));
  at("copy-link").textContent = "Copied";
  setTimeout(() => { at("copy-link").textContent = textContent; }, 1500);
}

// ---- what the reader does

editor.onInput(() => { claims.clear(); readSoon(); });
tensors.onChange((how) => { claims.clear(); if (how === "chosen") submit(); else readSoon(); });
for (const choice of [wrt, order]) choice.addEventListener("change", () => { claims.clear(); submit(); });
for (const choice of [style, steps, substituted]) choice.addEventListener("change", submit);
at("question").addEventListener("submit", (event) => { event.preventDefault(); submitAndGo(); });
at("claim-form").addEventListener("submit", (event) => { event.preventDefault(); judge(); });
for (const [area, act] of [["formula", submitAndGo], ["claim", judge]]) {
  at(area).addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) act(); });
}
stop.addEventListener("click", () => running?.abort());
at("copy-link").hidden = !navigator.clipboard;
at("copy-link").addEventListener("click", copyLink);
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); at("answer").focus(); });
addEventListener("hashchange", follow);
addEventListener("focus", () => { if (away) read(); }); // it may have been started again meanwhile
catalogue.begin();
follow();
