// The answer at the settings: sentence, outcome bars, payoffs, courses of play, tree, strategies, equilibria.
//
// One question is on its way at a time; settings that change meanwhile are asked about when its answer is there, so the
// page keeps up with a slider however fast it moves and however slow the game is.

import { drawing } from "./drawing.js";
import { el, write } from "./dom.js";
import { Failure } from "./server.js";
import { sayLater } from "./voice.js";

const SETTLED = 300; // ms without a change after which strategies are asked for
const SPOKEN = 600; // ms without a change after which the outcome is read out

export function mountSolution(root, state, ask, { derived }) {
  const at = (id) => root.querySelector(`#${id}`);
  const frame = at("frame");
  const shown = { strategies: "", payoffs: "", courses: "", tree: "" };
  let asking = false;
  let again = false;
  let open = [];
  let focus = null;
  let settling = 0;
  let missed = false;
  let rows = new Map();

  async function solve() {
    if (asking || state.model === null) {
      again = true;
      return;
    }
    asking = true;
    frame.setAttribute("aria-busy", "true");
    do {
      again = false;
      await once();
    } while (again);
    asking = false;
    frame.setAttribute("aria-busy", "false");
  }

  async function once() {
    const now = state.get();
    try {
      const told = await ask("/api/answer", { equilibrium: now.equilibrium, open });
      if (told === null) return;
      if (told.needs === "equilibria") {
        if (await findAll()) again = true;
        else state.set({ equilibrium: 0 }, { undoable: false });
      } else draw(told, now);
      if (now.equilibrium && !told.needs && at("equilibria").hidden) findAll(); // to choose another one from
    } catch (error) {
      fail(error, now);
    }
  }

  async function strategies() {
    try {
      const told = await ask("/api/strategies", { equilibrium: state.get().equilibrium });
      if (told?.strategies) when("strategies", told.strategies, drawStrategies);
    } catch (error) {
      at("strategies").replaceChildren(el("p", { class: "wrong" }, error.message));
    }
  }

  function fail(error, now) {
    if (now.equilibrium && error instanceof Failure) {
      state.set({ equilibrium: 0 }, { undoable: false }); // there are fewer equilibria here than the address thinks
      return;
    }
    missed = !(error instanceof Failure); // nothing answered: asked again when something does
    if (missed) return;
    write(at("sentence"), "These numbers cannot be solved.");
    write(at("play"), error.message);
    at("headline").classList.add("failed");
    sayLater(error.message, SPOKEN);
  }

  function draw(told, now) {
    missed = false;
    at("headline").classList.toggle("failed", !told.solved);
    write(at("sentence"), told.sentence.replace(/(?<=\d) (?=%)/g, "\u00a0")); // a number and its sign on one line
    write(at("play"), told.play ? `${now.equilibrium ? `Equilibrium ${now.equilibrium + 1}, ${told.kind}` : "Play"}: ${told.play}` : "");
    drawOutcomes(told);
    when("courses", told.courses ?? [], drawCourses);
    when("payoffs", told.payoffs ?? [], drawPayoffs);
    when("tree", told.tree, drawTree);
    clearTimeout(settling);
    settling = setTimeout(strategies, SETTLED);
    write(at("certificate"), certificate(told));
    derived(told.values);
    root.dispatchEvent(new CustomEvent("solved", { detail: told }));
    sayLater(told.sentence, SPOKEN);
  }

  /** Draws a part only where it differs from what is there. */
  function when(part, value, paint) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (shown[part] === text) return;
    shown[part] = text;
    paint(value);
  }

  function drawOutcomes(told) {
    const names = told.outcomes.map((outcome) => outcome.name).join("\n");
    if (names !== [...rows.keys()].join("\n")) {
      rows = new Map(told.outcomes.map((outcome) => [outcome.name, outcomeRow()]));
      at("outcomes").replaceChildren(...[...rows.values()].map((row) => row.element));
    }
    for (const outcome of told.outcomes) rows.get(outcome.name).update(outcome, told.base[outcome.name]);
  }

  function drawCourses(courses) {
    at("courses").hidden = courses.length < 2; // the headline has the only one
    const items = courses.map((course) => {
      const share = courses.length > 1 ? el("strong", {}, ` (${course.probability})`) : null;
      return el("li", {}, course.text, share, `, ending in ${course.ends}`);
    });
    at("courses").replaceChildren(...items);
  }

  function drawTree(text) {
    const tree = at("tree");
    const held = focus ?? (tree.contains(document.activeElement) ? document.activeElement.closest("[data-node]")?.dataset.node : null);
    tree.replaceChildren(drawing(text));
    focus = null;
    if (held !== undefined && held !== null) tree.querySelector(`[data-node="${CSS.escape(held)}"][tabindex]`)?.focus();
  }

  function toggle(event) {
    const node = event.target.closest?.("[data-node][role=button]");
    if (!node || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    const number = Number(node.dataset.node);
    open = open.includes(number) ? open.filter((one) => one !== number) : [...open, number].slice(-200);
    focus = String(number);
    solve();
  }

  function drawPayoffs(payoffs) {
    at("payoffs").replaceChildren(...payoffs.map(payoffTable));
  }

  function drawStrategies(strategies) {
    const opened = new Set([...at("strategies").querySelectorAll("details[open]")].map((one) => one.dataset.actor));
    const parts = strategies.flatMap((strategy) => actorStrategy(strategy, opened));
    at("strategies").replaceChildren(...parts);
  }

  /** Lists all equilibria at the settings; whether that succeeded. */
  async function findAll() {
    const now = state.get();
    let found = null;
    let told = "Stopped.";
    at("find-all").disabled = true;
    at("stop-all").hidden = false;
    write(at("all-status"), "Searching …");
    try {
      found = await ask("/api/equilibria");
    } catch (error) {
      told = error.message;
    }
    at("find-all").disabled = false;
    at("stop-all").hidden = true;
    const still = found !== null && now.settings === state.get().settings;
    if (still) list(found);
    else write(at("all-status"), found === null ? told : "");
    return still;
  }

  function list(found) {
    const search = found.complete ? "and the search was exhaustive" : "and there may be others";
    const count = found.count === 1 ? "One equilibrium is known" : `${found.count} equilibria are known`;
    write(at("all-status"), found.count ? `${count} at these numbers, ${search}.` : "No equilibrium was confirmed at these numbers.");
    const choices = found.equilibria.map((one, place) => choice(one, place, state));
    at("equilibria").replaceChildren(el("legend", { class: "unseen" }, "Which equilibrium to show"), ...choices);
    at("equilibria").hidden = choices.length === 0;
    mark(state.get());
  }

  function mark(now) {
    for (const input of at("equilibria").querySelectorAll("input")) input.checked = Number(input.value) === now.equilibrium;
  }

  at("find-all").addEventListener("click", findAll);
  at("stop-all").addEventListener("click", () => ask.cancel("/api/equilibria"));
  at("tree").addEventListener("click", toggle);
  at("tree").addEventListener("keydown", toggle);
  state.subscribe((now, before) => {
    if (now.settings !== before.settings) {
      at("equilibria").hidden = true;
      at("equilibria").replaceChildren();
      write(at("all-status"), "");
    }
    if (now.equilibrium !== before.equilibrium) mark(now);
    if (now.settings !== before.settings || now.equilibrium !== before.equilibrium) solve();
  });
  state.onModel(() => {
    open = [];
    solve();
  });

  return {
    /** The explorer answers again. */
    retry() {
      if (missed) solve();
    },
  };
}

function outcomeRow() {
  const label = el("th", { scope: "row" });
  const bar = el("i");
  const tick = el("b");
  const value = el("td", { class: "num" });
  const change = el("td", { class: "num change" });
  const element = el("tr", {}, label, el("td", { class: "bar-cell" }, el("div", { class: "bar", "aria-hidden": "true" }, bar, tick)), value, change);
  return {
    element,
    update(outcome, base) {
      const known = outcome.value !== undefined;
      write(label, outcome.label);
      write(value, known ? outcome.text : "–");
      bar.style.width = `${100 * Math.min(1, outcome.value ?? 0)}%`;
      tick.hidden = !(base > 1e-9);
      tick.style.left = `${100 * Math.min(1, base ?? 0)}%`;
      write(change, known && base !== undefined ? difference(outcome.value - base) : "");
      element.classList.toggle("never", known && outcome.value < 1e-9 && !(base > 1e-9));
    },
  };
}

/** A change in points of per cent, with its sign. */
function difference(change) {
  const points = 100 * change;
  if (Math.abs(points) < 0.05) return "";
  const digits = Math.abs(points) < 10 ? 1 : 0;
  return `${points > 0 ? "+" : "−"}${Math.abs(points).toFixed(digits)}`;
}

function payoffTable(payoff) {
  const rows = payoff.parts.map((part) => {
    const bar = el("i", { class: part.negative ? "minus" : null });
    bar.style.left = `${part.start}%`;
    bar.style.width = `${part.width}%`;
    const zero = el("b");
    zero.style.left = `${payoff.zero}%`;
    const cell = el("td", { class: "bar-cell" }, el("div", { class: "bar", "aria-hidden": "true" }, bar, zero));
    return el("tr", {}, el("th", { scope: "row" }, part.name), el("td", { class: "num" }, part.value), cell);
  });
  const total = el("tr", {}, el("th", { scope: "row" }, "together"), el("td", { class: "num" }, payoff.total), el("td"));
  return el(
    "details",
    { class: "payoff" },
    el("summary", {}, el("span", {}, payoff.actor), el("span", { class: "num" }, payoff.total)),
    el("table", {}, el("tbody", {}, ...rows), el("tfoot", {}, total)),
  );
}

function actorStrategy(strategy, opened) {
  const parts = [el("h3", {}, strategy.actor)];
  if (strategy.on_path.length) parts.push(informationTable(strategy.on_path, strategy.actor));
  else parts.push(el("p", { class: "quiet" }, "Never has to choose in this equilibrium."));
  if (strategy.off_path.length) {
    const many = strategy.off_path.length;
    const summary = `${many} more choice${many > 1 ? "s" : ""} that play does not reach`;
    const details = el("details", { "data-actor": strategy.actor, open: opened.has(strategy.actor) }, el("summary", {}, summary));
    const fill = () => {
      if (details.open && details.children.length === 1) {
        details.append(informationTable(strategy.off_path, `${strategy.actor}, choices not reached`));
      }
    };
    details.addEventListener("toggle", fill); // built when looked at: most of a strategy is never reached
    fill();
    parts.push(details);
  }
  if (strategy.void) parts.push(el("p", { class: "quiet" }, `${strategy.void} more cannot come up at these numbers (a chance of 0 leads there).`));
  return parts;
}

function informationTable(rows, about) {
  const heads = ["Choice", "Knowing", "Does", "Believes", "Reached"];
  const head = el("tr", {}, ...heads.map((text, place) => el("th", { scope: "col", class: place === 4 ? "num" : null }, text)));
  const body = rows.map((row) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, row.move),
      el("td", {}, pairs(row.knows, ": ", "nothing of earlier choices")),
      el("td", {}, does(row.does)),
      el("td", {}, pairs(row.believes, " ", "knows where it is")),
      el("td", { class: "num" }, row.reach),
    ),
  );
  const table = el("table", { class: "information" }, el("thead", {}, head), el("tbody", {}, ...body));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": about }, table);
}

function pairs(entries, between, otherwise) {
  if (!entries.length) return el("span", { class: "quiet" }, otherwise);
  const items = entries.map(([name, value]) => el("li", {}, `${name}${between}`, el("strong", {}, value)));
  return el("ul", { class: "plain" }, ...items);
}

function does(entries) {
  const items = entries.map(([option, share]) => el("li", {}, el("strong", {}, option), entries.length > 1 ? ` ${share}` : ""));
  return el("ul", { class: "plain" }, ...items);
}

function choice(one, place, state) {
  const input = el("input", { type: "radio", name: "equilibrium", value: place });
  input.addEventListener("change", () => state.set({ equilibrium: place }));
  const marks = [one.selected ? "selected" : "", one.kind, one.class ?? ""].filter(Boolean).join(", ");
  const failed = Object.entries(one.refinements)
    .filter(([, verdict]) => verdict.survives === false)
    .map(([name]) => ({ intuitive: "the intuitive criterion", d1: "D1", logit: "the logit path" })[name] ?? name);
  const against = failed.length ? el("span", { class: "quiet" }, ` Not kept by ${failed.join(", ")}.`) : null;
  const text = el("span", {}, el("strong", {}, `${place + 1} (${marks}): ends in ${one.ends}. `), one.course, ".", against);
  return el("label", { class: "choice" }, input, text);
}

function certificate(told) {
  if (!told.certificate) return "";
  const { status, gain, tolerance, method } = told.certificate;
  return `Certificate: ${status.replaceAll("_", " ")}; nobody gains more than ${gain} of the payoff range by deviating (at most ${tolerance} is allowed). Found by ${method}.`;
}
