// The map of two parameters: which to show, the point that sets both, the key and its numbers.

import { el, plain, write } from "./dom.js";
import { numbers, Plot, looks, swatch } from "./mapplot.js";
import { share, table, words, wrong } from "./parts.js";

const PATH = "/api/regions";
const STAGES = [12, 32]; // cells along an axis: a quick look first, then the map
const DELAY = 160; // ms that a setting has to stand before the map follows
const STEPS = 100; // of the arrow keys along an axis

export function mount(root, state, ask) {
  const at = (id) => root.querySelector(`#${id}`);
  const plot = new Plot(at("map-plot"), drag);
  let map = null;
  let drawn = ""; // what the map was computed for
  let asked = "";
  let timer = 0;

  const usable = () => state.model.parameters.filter((one) => !one.derived && one.high > one.low && one.group !== "other");
  const defined = (name) => usable().find((one) => one.name === name);
  const value = (name) => state.get().settings[name] ?? defined(name)?.base ?? 0;

  function choice() {
    const all = usable();
    const kept = state.get().extra.map ?? {};
    const ranged = all.filter((one) => one.range && one.range !== "–");
    const first = defined(kept.x) ?? ranged[0] ?? all[0];
    const second = (kept.y !== first?.name && defined(kept.y)) || ranged.find((one) => one !== first) || all.find((one) => one !== first);
    const known = state.model.outcomes.some((one) => one.name === kept.show);
    return { x: first?.name, y: second?.name, show: known ? kept.show : "" };
  }

  function choose(change) {
    const next = { ...choice(), ...change };
    if (next.x === next.y) return;
    state.extra("map", next);
  }

  function lists() {
    const now = choice();
    for (const [id, own, other] of [["map-x", now.x, now.y], ["map-y", now.y, now.x]]) {
      at(id).replaceChildren(
        ...usable().map((one) => el("option", { value: one.name, selected: one.name === own, disabled: one.name === other }, words(one.name))),
      );
    }
    at("map-show").replaceChildren(
      el("option", { value: "", selected: now.show === "" }, "the most probable outcome"),
      ...state.model.outcomes.map((one) => el("option", { value: one.name, selected: one.name === now.show }, `probability of: ${one.label}`)),
    );
    root.querySelector("#map-form").hidden = !now.y;
    if (!now.y) write(at("map-status"), "A map needs two parameters that can be changed; this file has fewer.");
  }

  function key() {
    const { x, y } = choice();
    const settings = Object.entries(state.get().settings).filter(([name]) => name !== x && name !== y);
    return JSON.stringify([state.model.version, x, y, settings.sort()]);
  }

  /** Computes the map where it is no longer that of the settings, after a moment. */
  function follow() {
    if (root.hidden || !choice().y) return;
    if (key() === asked) return;
    clearTimeout(timer);
    timer = setTimeout(compute, map ? DELAY : 0);
  }

  async function compute() {
    const { x, y } = choice();
    const wanted = key();
    asked = wanted;
    const across = [x, y].map((name) => [name, defined(name).low, defined(name).high]);
    at("map-wrong").replaceChildren();
    busy(true);
    try {
      for (const cells of STAGES) {
        write(at("map-status"), `Solving ${cells} × ${cells} cells …`);
        const answer = await ask(PATH, { x: across[0], y: across[1], cells });
        if (answer === null || asked !== wanted) {
          if (asked === wanted) asked = "";
          return;
        }
        map = answer;
        drawn = wanted;
        show();
      }
      write(at("map-status"), said(map));
    } catch (error) {
      at("map-wrong").replaceChildren(wrong(error));
      write(at("map-status"), "");
    } finally {
      if (asked === wanted || asked === "") busy(false);
    }
  }

  function said(answer) {
    const cells = answer.axes[0].cells * answer.axes[1].cells;
    const certified = answer.statuses.certified ?? 0;
    const rest = Object.entries(answer.statuses).filter(([name]) => name !== "certified").map(([name, count]) => `${count} ${words(name)}`);
    const carried = answer.carried ? `; ${answer.carried} took over a neighbour’s equilibrium, which holds there too` : "";
    return `${cells.toLocaleString("en")} cells solved, ${certified === cells ? "all" : certified.toLocaleString("en")} certified${rest.length ? ` (${rest.join(", ")}: white)` : ""}${carried}.`;
  }

  function busy(on) {
    at("map-stop").hidden = !on;
    root.querySelector(".map-frame").setAttribute("aria-busy", String(on));
  }

  function show() {
    root.querySelector(".map-frame").classList.add("there");
    if (!map) return;
    const now = choice();
    if (map.axes[0].name !== now.x || map.axes[1].name !== now.y) return;
    plot.draw(map, now.show);
    legend(now.show);
    point();
    if (at("map-cells").open) at("map-numbers").replaceChildren(numbers(map, now.show));
  }

  function legend(shown) {
    const { cells, entries, bands } = looks(map, shown);
    const count = cells.length * cells[0].length;
    const part = (look) => cells.flat().filter((one) => one === look).length / count;
    const label = (name) => state.model.outcomes.find((one) => one.name === name)?.label ?? name;
    const used = entries.filter((entry) => part(entry.look) > 0);
    const numbersOf = (name) => map.table.find((row) => row.name === name);
    const rows = used.map((entry) => {
      const own = el("span", { class: "entry" }, el("span", { class: "sign" }, swatch(entry.look, bands), el("b", {}, entry.letter)), bands ? entry.name : label(entry.name));
      const row = [own, share(part(entry.look))];
      if (bands) return row;
      const found = numbersOf(entry.name);
      return [...row, share(found.mean), `${share(found.low)} to ${share(found.high)}`];
    });
    const head = bands ? [`Probability of ${label(shown)}`] : ["Most probable outcome"];
    const heads = [...head, { text: "Of the map", number: true }];
    if (!bands) heads.push({ text: "Mean", number: true }, { text: "Range", number: true });
    const rest = bands ? [] : map.table.filter((row) => !used.some((entry) => entry.name === row.name));
    at("map-key").replaceChildren(
      table("Key of the map", heads, rows),
      el("p", { class: "quiet note", id: "map-here" }),
      ...(rest.length ? [el("p", { class: "quiet note" }, `Nowhere the most probable: ${rest.map((row) => `${label(row.name)} (at most ${share(row.high)})`).join("; ")}.`)] : []),
      el("p", { class: "quiet note" }, "Cross: the values in the file. Circle: where you stand."),
    );
  }

  function point() {
    if (!map) return;
    const { x, y } = choice();
    const here = { x: value(x), y: value(y) };
    const index = map.axes.map((axis, n) => Math.min(axis.cells - 1, Math.max(0, Math.floor(((n ? here.y : here.x) - axis.low) / (axis.high - axis.low) * axis.cells))));
    const most = map.best[index[1]]?.[index[0]] ?? -1;
    const asked = map.outcomes.indexOf(choice().show);
    const best = most < 0 || asked < 0 ? most : asked;
    const label = best < 0 ? "nothing is certified" : state.model.outcomes.find((one) => one.name === map.outcomes[best])?.label;
    const chance = best < 0 ? "" : ` ${share(map.probability[best][index[1]][index[0]])}`;
    const text = `${words(x)} ${plain(here.x)}, ${words(y)} ${plain(here.y)}; the cell says: ${label}${chance}`;
    plot.place(here, text);
    if (at("map-here")) write(at("map-here"), `At the point: ${text}.`);
  }

  function rounded(axis, given) {
    const unit = 10 ** Math.floor(Math.log10((axis.high - axis.low) / STEPS));
    return Number((Math.round(given / unit) * unit).toPrecision(12));
  }

  function drag(x, y, ended) {
    const [across, up] = map.axes;
    const clamp = (axis, one) => Math.min(axis.high, Math.max(axis.low, rounded(axis, one)));
    state.set({ settings: { ...state.get().settings, [across.name]: clamp(across, x), [up.name]: clamp(up, y) } }, { merge: "map-point" });
    if (ended) state.settle();
  }

  plot.point.addEventListener("keydown", (event) => {
    if (!map || event.altKey || event.ctrlKey || event.metaKey) return;
    const [x, y] = map.axes;
    const here = { x: value(x.name), y: value(y.name) };
    const far = event.shiftKey ? 10 : 1;
    const step = (axis) => (far * (axis.high - axis.low)) / STEPS;
    const moves = { ArrowRight: [step(x), 0], ArrowLeft: [-step(x), 0], ArrowUp: [0, step(y)], ArrowDown: [0, -step(y)] };
    if (event.key === "Home") drag(x.base, y.base, true);
    else if (moves[event.key]) drag(here.x + moves[event.key][0], here.y + moves[event.key][1], false);
    else return;
    event.preventDefault();
  });
  plot.point.addEventListener("keyup", () => state.settle());

  at("map-form").addEventListener("submit", (event) => event.preventDefault());
  at("map-x").addEventListener("change", (event) => choose({ x: event.target.value }));
  at("map-y").addEventListener("change", (event) => choose({ y: event.target.value }));
  at("map-show").addEventListener("change", (event) => choose({ show: event.target.value }));
  at("map-swap").addEventListener("click", () => choose({ x: choice().y, y: choice().x }));
  at("map-stop").addEventListener("click", () => {
    ask.cancel(PATH);
    busy(false);
    write(at("map-status"), map && drawn === key() ? `Stopped. ${said(map)}` : "Stopped; change a setting to start again.");
  });
  at("map-cells").addEventListener("toggle", () => {
    if (at("map-cells").open && map) at("map-numbers").replaceChildren(numbers(map, choice().show));
  });

  function refresh() {
    lists();
    show();
    follow();
  }

  state.subscribe((now, before) => {
    if (root.hidden) return;
    if (now.extra.map !== before.extra.map) refresh();
    else {
      point();
      follow();
    }
  });
  refresh();
  return { shown: refresh, modelChanged: refresh };
}
