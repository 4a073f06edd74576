// The server's answers: what was found, or a Refusal with its kind, message and place.

const UNANSWERABLE = 422; // the status where it is the question that cannot be answered, and not the server

export class Refusal extends Error {
  constructor({ kind, message, place }, status = 0) {
    super(message);
    this.kind = kind;
    this.place = place;
    this.ofQuestion = status === UNANSWERABLE;
  }
}

export async function ask(kind, question, signal) {
  return found(await sent(`/page/${kind}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question), signal,
  }));
}

export async function catalogue() {
  return (await found(await sent("/api/catalogue", {}))).entries;
}

async function sent(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal({ kind: "Gone", message: "the server does not answer; is `derive serve` still running?", place: null });
  }
}

async function found(response) {
  const value = await response.json().catch(() => null);
  const status = Number(response.headers.get("X-Answer-Status") ?? response.status);
  if (value && status === 200) return value;
  const wordless = { kind: "Fault", message: `the server answered with status ${status} and no reason`, place: null };
  throw new Refusal(value?.error ?? wordless, status);
}
