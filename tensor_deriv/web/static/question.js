// A question: the formula taken apart into lines, and the address that holds it.
// The fragment has the parameters of GET /api/derive, so that a link and an address of the interface read alike.

const OPEN = "([{", CLOSE = ")]}";

// The statements of a formula, each with the place where it begins; a line goes on as long as a bracket is open.
export function statements(formula) {
  const found = [];
  let start = 0, depth = 0;
  for (let at = 0; at <= formula.length; at++) {
    const letter = formula[at] ?? "\n";
    if (OPEN.includes(letter)) depth++;
    if (CLOSE.includes(letter)) depth = Math.max(0, depth - 1);
    if (at === formula.length || (letter === "\n" && depth === 0)) {
      const line = formula.slice(start, at);
      if (line.trim()) found.push({ text: line.trim(), start: start + line.length - line.trimStart().length });
      start = at + 1;
    }
  }
  return found;
}

// The names on the left of definitions.
export function defined(formula) {
  return statements(formula).map(({ text }) => /^([A-Za-z_]\w*)\s*(\[[^\]=]*\])?\s*=(?!=)/.exec(text)?.[1]).filter(Boolean);
}

// What the server is asked: the formula's lines, and of shapes and assumptions those of tensors that it names.
export function asked({ formula, shapes, assume, wrt, order, style, steps, substituted }) {
  const texts = statements(formula).map(({ text }) => text);
  const named = (table) => Object.fromEntries(Object.entries(table).filter(([name, value]) => value && names(formula, name)));
  const text = { definitions: texts.slice(0, -1), expr: texts.at(-1) ?? "", shapes: named(shapes), assume: named(assume) };
  return { ...text, order, style, steps, substituted, ...(wrt ? { wrt } : {}) };
}

// x[i, j] are the components of X; of what is no name the server says so
export const names = (formula, name) => !/^[\p{L}_]\w*$/u.test(name) || new RegExp(`(?<![\\w])${name}(?![\\w])`, "iu").test(formula);

// A shape as it is typed, (n, d) or n d or n,d; "()" is a scalar.
export const shapeWords = (text) => text.replace(/[()[\],]/g, " ").trim().split(/\s+/).filter(Boolean).join(",");
export const isScalar = (text) => /^[([]\s*[)\]]$/.test(text.trim());

export function toFragment(state) {
  const { definitions, expr, shapes, assume, wrt, order, style, steps, substituted } = asked(state);
  const pairs = definitions.map((text) => ["define", text]);
  pairs.push(["expr", expr]);
  for (const [name, shape] of Object.entries(shapes)) pairs.push(["shape", `${name}=${shapeWords(shape)}`]);
  for (const [name, words] of Object.entries(assume)) pairs.push(["assume", `${name}=${words}`]);
  pairs.push(["wrt", wrt ?? ""]);
  if (order !== 1) pairs.push(["order", String(order)]);
  if (style !== "cartesian") pairs.push(["style", style]);
  if (steps !== "main") pairs.push(["steps", steps]);
  if (substituted) pairs.push(["substituted", "true"]);
  if (state.claim) pairs.push(["claim", state.claim]);
  return `#${new URLSearchParams(pairs)}`;
}

// The question in a fragment; null where it holds none. `wrt` is null where it is not said, and "" for every variable.
export function fromFragment(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  if (!given.get("expr")) return null;
  const table = (name, read) => Object.fromEntries(given.getAll(name).map((pair) => {
    const [tensor, ...rest] = pair.split("=");
    return [tensor.trim(), read(rest.join("="))];
  }));
  const order = Number(given.get("order") ?? 1);
  return {
    formula: [...given.getAll("define"), given.get("expr")].join("\n"),
    shapes: table("shape", (text) => shapeWords(text) || "()"),
    assume: table("assume", (text) => text),
    wrt: given.get("wrt"),
    order: [1, 2, 3, 4].includes(order) ? order : 1,
    style: given.get("style") === "mixed" ? "mixed" : "cartesian",
    steps: given.get("steps") === "all" ? "all" : "main",
    substituted: given.get("substituted") === "true",
    claim: given.get("claim") ?? "",
  };
}

// An entry of the catalogue as a question of this page.
export function fromEntry({ question, variables }) {
  return {
    formula: [...question.definitions, question.expr].join("\n"),
    shapes: Object.fromEntries(Object.entries(question.shapes).map(([name, shape]) => [name, shapeWords(shape) || "()"])),
    assume: question.assume, wrt: variables[0] ?? null, order: question.order, style: question.style,
    steps: "main", substituted: false, claim: "",
  };
}
