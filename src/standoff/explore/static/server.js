// Talking to the explorer: every question has the tab's name, a running number and the version of the file.
//
// An answer that a newer question of the same kind has overtaken is null, as is one about an older reading of the file.

const POLL = 1000; // ms between two looks at the version of the file

export class Failure extends Error {
  constructor(status, problems) {
    super(problems.map((problem) => [problem.message, problem.remedy].filter(Boolean).join("; ")).join("\n"));
    this.status = status;
    this.problems = problems;
  }
}

function name() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function content(response) {
  let read = null;
  try {
    read = await response.json();
  } catch {
    read = null; // not an answer of the explorer's own
  }
  const fallback = [{ message: `the explorer answered with status ${response.status}`, remedy: "reload the page" }];
  if (!response.ok) throw new Failure(response.status, read?.problems?.length ? read.problems : fallback);
  if (read === null) throw new Failure(response.status, fallback);
  return read;
}

export function createAsk(state, onOutdated) {
  const client = name();
  const newest = new Map();
  const leaving = new Map(); // by path, what ends the waiting for the answer that is on its way
  let seq = 0;

  async function send(path, body) {
    leaving.get(path)?.abort();
    const leave = new AbortController();
    leaving.set(path, leave);
    const response = await fetch(path, {
      method: "POST",
      signal: leave.signal,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return content(response);
  }

  async function ask(path, body = {}, { settings = state.get().settings } = {}) {
    const number = ++seq;
    newest.set(path, number);
    try {
      const read = await send(path, { ...body, client, seq: number, version: state.model?.version ?? 0, settings });
      if (newest.get(path) !== number || read.stale) return null;
      return read;
    } catch (error) {
      if (newest.get(path) !== number) return null;
      if (error instanceof Failure && error.status === 409) {
        onOutdated();
        return null;
      }
      throw error;
    }
  }

  ask.get = async (path) => content(await fetch(path));

  ask.cancel = (path) => {
    const number = ++seq;
    newest.set(path, number);
    return send(path, { client, seq: number, cancel: true }).catch(() => null); // nobody waits for this answer
  };

  return ask;
}

/** Looks at the version of the file every second while the page is seen; `tell` gets what is there, or an error. */
export function watch(ask, tell) {
  let timer = 0;
  let looking = false;
  async function look() {
    if (looking) return;
    looking = true;
    try {
      await once();
    } finally {
      looking = false;
      clearTimeout(timer);
      timer = setTimeout(look, POLL);
    }
  }
  async function once() {
    if (!document.hidden) {
      let told = null;
      let error = null;
      try {
        told = await ask.get("/api/version");
      } catch (failure) {
        error = failure;
      }
      await tell(told, error);
    }
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  look();
  return look;
}
