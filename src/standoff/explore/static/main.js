// Puts the page together: state, questions, levers, the answer, tabs, and what the file's state is.

import { createAsk, watch } from "./server.js";
import { createState, TABS } from "./state.js";
import { el, write } from "./dom.js";
import { mountLevers } from "./levers.js";
import { mountSolution } from "./solution.js";
import { say } from "./voice.js";

const state = createState();
const at = (id) => document.getElementById(id);
let look = () => {};
const ask = createAsk(state, () => look());

// --- tabs: a panel's code is loaded and mounted when its tab is opened for the first time

const panels = new Map();
const loaders = {
  regions: () => import("./regions.js"),
  study: () => import("./study.js"),
  ledger: () => import("./ledger.js"),
  influence: () => import("./influence.js"),
  compare: () => import("./compare.js"),
  downloads: () => import("./downloads.js"),
};

function select(name) {
  for (const tab of TABS) {
    const chosen = tab === name;
    at(`tab-${tab}`).setAttribute("aria-selected", String(chosen));
    at(`tab-${tab}`).tabIndex = chosen ? 0 : -1;
    const hidden = at(tab).hidden;
    at(tab).hidden = !chosen;
    if (chosen && hidden) panels.get(tab)?.shown?.();
    if (!chosen && !hidden) panels.get(tab)?.hidden?.();
  }
  if (loaders[name] && !panels.has(name)) mount(name);
}

async function mount(name) {
  panels.set(name, null);
  const module = await loaders[name]();
  panels.set(name, module.mount(at(name), state, ask) ?? null);
}

at("tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) state.set({ tab: tab.dataset.tab }, { undoable: false });
});
at("tabs").addEventListener("keydown", (event) => {
  const place = TABS.indexOf(state.get().tab);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: TABS.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const tab = TABS[(next + TABS.length) % TABS.length];
  state.set({ tab }, { undoable: false });
  at(`tab-${tab}`).focus();
});

// --- undo, redo, reset, and the parameters as a sheet on narrow screens

at("undo").addEventListener("click", () => state.undo());
at("redo").addEventListener("click", () => state.redo());
at("reset").addEventListener("click", () => state.set({ settings: {}, equilibrium: 0 }));
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("input:not([type=range]), textarea")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) state.redo();
  else state.undo();
});

function sheet(open) {
  document.body.classList.toggle("sheet", open);
  at("open-levers").setAttribute("aria-expanded", String(open));
  if (open) at("find").focus();
  else at("open-levers").focus();
}
at("open-levers").addEventListener("click", () => sheet(!document.body.classList.contains("sheet")));
at("close-levers").addEventListener("click", () => sheet(false));
at("levers").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("sheet")) sheet(false);
});

function tools() {
  at("undo").disabled = !state.canUndo;
  at("redo").disabled = !state.canRedo;
  at("reset").disabled = Object.keys(state.get().settings).length === 0 && state.get().equilibrium === 0;
}

state.subscribe((now, before) => {
  tools();
  if (now.tab !== before.tab) select(now.tab);
});

// --- the file: read at the start and whenever it is saved, its mistakes shown with their lines

// the answer first, so that it is on its way while the parameters are put on the page
const solution = mountSolution(document, state, ask, { derived: (values) => levers.derived(values) });
const levers = mountLevers(at("levers"), state);

state.onModel((model, first) => {
  if (first) document.head.append(el("link", { rel: "stylesheet", href: "/static/tree.css" }));
  document.title = `${model.title} · standoff`;
  write(at("title"), model.title);
  write(at("about"), model.about);
  write(at("size"), `${model.size}${model.variant ? `; variant ${model.variant}` : ""}.`);
  const warnings = model.warnings.map((one) => [one.line ? `Line ${one.line}: ` : "", one.message, one.remedy ? `; ${one.remedy}` : ""]);
  at("warnings").hidden = warnings.length === 0;
  at("warnings").replaceChildren(...warnings.map((parts) => el("li", {}, parts.join(""))));
  select(state.get().tab);
  if (!first) for (const panel of panels.values()) panel?.modelChanged?.();
});

function mistakes(problems) {
  const shown = at("problems");
  const key = JSON.stringify(problems);
  if (shown.dataset.shown === key) return;
  shown.dataset.shown = key;
  shown.hidden = problems.length === 0;
  if (!problems.length) {
    shown.replaceChildren();
    return;
  }
  const items = problems.map((problem) => {
    const place = problem.line ? `line ${problem.line}, column ${problem.col}` : "";
    const what = [problem.message, problem.remedy].filter(Boolean).join("; ");
    return el("li", {}, place ? el("strong", {}, `${place}: `) : null, ...quoted(what), el("span", { class: "file" }, problem.file));
  });
  const many = problems.length === 1 ? "A mistake" : `${problems.length} mistakes`;
  const rest = state.model ? " What you see below is the last version that could be read." : "";
  shown.replaceChildren(
    el("h2", {}, `${many} in the file`),
    el("p", {}, `The page goes on by itself when the file is saved without ${problems.length === 1 ? "it" : "them"}.${rest}`),
    el("ul", {}, ...items),
  );
  if (!state.model) write(at("title"), "The file cannot be read yet");
  say(`${many} in the file. ${problems[0].line ? `Line ${problems[0].line}: ` : ""}${problems[0].message}`);
}

/** A message whose `quoted` parts are words of the file. */
function quoted(text) {
  return text.split("`").map((part, n) => (n % 2 ? el("code", {}, part) : part));
}

function banner(text) {
  at("banner").hidden = text === "";
  write(at("banner"), text);
}

look = watch(ask, async (told, error) => {
  if (error) {
    const gone = "The explorer does not answer: it has ended, or was started anew. Start it again and open the address it prints.";
    banner(error.status && error.status !== 403 ? error.message : gone);
    return;
  }
  banner("");
  solution.retry();
  if (told.good !== null && told.good !== state.model?.version) {
    const again = state.model !== null;
    state.useModel(await ask.get("/api/model"));
    if (again) say("The file was saved and has been read again.");
  }
  at("frame").hidden = state.model === null && told.problems.length > 0;
  mistakes(told.problems);
});
