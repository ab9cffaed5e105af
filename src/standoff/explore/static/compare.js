// Two saved settings beside each other: what was set, how it ends, what is decided, whose strategies differ.

import { el, plain, write } from "./dom.js";
import { share, table, words, wrong } from "./parts.js";

const SIDES = ["A", "B"];
const LONGEST = 40;

export function mount(root, state, ask) {
  const at = (id) => root.querySelector(`#${id}`);
  let shown = "";

  /** What the address says, as far as it makes sense for this file. */
  function saved() {
    const kept = Array.isArray(state.get().extra.compare) ? state.get().extra.compare : [];
    const names = new Set(state.model.parameters.filter((one) => !one.derived).map((one) => one.name));
    return SIDES.map((_, n) => {
      const side = kept[n];
      if (!side || typeof side !== "object" || typeof side.name !== "string" || typeof side.settings !== "object" || side.settings === null) return null;
      const settings = Object.entries(side.settings).filter(([name, value]) => names.has(name) && Number.isFinite(value));
      return { name: side.name.slice(0, LONGEST), settings: Object.fromEntries(settings) };
    });
  }

  function keep(n, side) {
    const next = saved();
    next[n] = side;
    state.extra("compare", next.some(Boolean) ? next : null);
  }

  function sides() {
    const both = saved();
    at("compare-sides").replaceChildren(
      ...SIDES.map((letter, n) => {
        const side = both[n];
        const count = side ? Object.keys(side.settings).length : 0;
        const what = side ? `${count ? `${count} parameter${count > 1 ? "s" : ""} set` : "as in the file"}` : "nothing saved yet";
        const field = el("input", { type: "text", maxlength: LONGEST, value: side?.name ?? `Setting ${letter}`, autocomplete: "off", change: (event) => side && keep(n, { ...side, name: event.target.value.trim() || `Setting ${letter}` }) });
        return el(
          "div",
          { class: "side" },
          el("label", { class: "field" }, el("span", {}, `Side ${letter}: ${what}`), field),
          el("button", { type: "button", click: () => keep(n, { name: field.value.trim().slice(0, LONGEST) || `Setting ${letter}`, settings: { ...state.get().settings } }) }, `Save what is set now as ${letter}`),
          el("button", { type: "button", disabled: !side, click: () => state.set({ settings: side.settings }) }, `Go to ${letter}`),
          el("button", { type: "button", disabled: !side, click: () => keep(n, null) }, "Clear"),
        );
      }),
    );
  }

  async function refresh() {
    if (root.hidden || !state.model) return;
    const both = saved();
    const key = JSON.stringify([state.model.version, both]);
    if (key === shown) return;
    shown = key;
    sides();
    at("compare-wrong").replaceChildren();
    if (!both.every(Boolean)) {
      at("compare-result").replaceChildren();
      write(at("compare-state"), "Two sides are needed.");
      return;
    }
    write(at("compare-state"), "Solving both …");
    try {
      const answer = await ask("/api/compare", { a: both[0].settings, b: both[1].settings });
      if (answer === null) {
        if (shown === key) shown = "";
        return;
      }
      write(at("compare-state"), "");
      at("compare-result").replaceChildren(...result(answer, both.map((side) => side.name)));
    } catch (error) {
      write(at("compare-state"), "");
      at("compare-wrong").replaceChildren(wrong(error));
    }
  }

  function result(answer, [a, b]) {
    const number = (text) => ({ text, number: true });
    const changed = answer.parameters.map((one) => [words(one.name), plain(one.base), bold(plain(one.a), one.a !== one.base), bold(plain(one.b), one.b !== one.base)]);
    const nodes = [
      el("h2", {}, "What is set"),
      changed.length ? table("Changed parameters", ["Parameter", number("In the file"), number(a), number(b)], changed) : el("p", {}, "Both sides are as the file has it."),
    ];
    if (answer.missing.length) {
      const named = answer.missing.map((side) => (side === "a" ? a : b));
      return [...nodes, el("p", { class: "wrong" }, `No equilibrium was confirmed at the numbers of ${named.join(" and ")}.`)];
    }
    const points = (one) => {
      const size = Math.abs(100 * (one.b - one.a)).toFixed(1);
      return Number(size) === 0 ? "0" : `${one.b > one.a ? "+" : "−"}${size}`;
    };
    const ends = answer.outcomes.filter((one) => one.a >= 5e-4 || one.b >= 5e-4);
    nodes.push(
      el("h2", {}, "How it ends"),
      table("Outcomes", ["Outcome", number(a), number(b), number("Points")], ends.map((one) => [one.label, share(one.a), share(one.b), points(one)])),
    );
    if (answer.decision.length) {
      const reached = (side) => answer.decision.some((one) => one[side] !== null);
      const chosen = (one, side) => (one[side] !== null ? share(one[side]) : reached(side) ? "not open" : "not reached");
      const rows = answer.decision.map((one) => [one.label, chosen(one, "a"), chosen(one, "b")]);
      nodes.push(el("h2", {}, "What is decided"), table("The decision", ["Option", number(a), number(b)], rows));
    }
    const payoff = (value) => plain(Number(value.toPrecision(4))).replace("-", "−");
    nodes.push(
      el("h2", {}, "What it is worth"),
      table("Payoffs", ["Actor", number(a), number(b)], answer.payoffs.map((one) => [one.label, payoff(one.a), payoff(one.b)])),
      el("h2", {}, "Strategies that differ"),
    );
    const does = (played) => played.map((one) => (one.value > 1 - 1e-6 ? one.label : `${one.label} ${share(one.value)}`)).join(", ");
    const listed = (some) => some.map((one) => [
      { text: `${one.actor}: ${one.move}`, note: one.knows.length ? `knows ${one.knows.join("; ")}` : "" },
      does(one.a),
      does(one.b),
      one.reached.map(share).join(" / "),
    ]);
    const on = answer.strategies.filter((one) => Math.max(...one.reached) > 1e-6);
    const off = answer.strategies.filter((one) => !on.includes(one));
    const heads = ["Choice", a, b, number("Reached")];
    nodes.push(
      on.length ? table("Strategies that differ", heads, listed(on), "wide") : el("p", {}, off.length ? "None that play reaches." : "None: everybody does the same, on and off the path of play."),
      ...(off.length ? [el("details", {}, el("summary", {}, `${off.length} choices that play does not reach on either side`), table("Strategies that differ off the path of play", heads, listed(off), "wide"))] : []),
      ...(answer.more ? [el("p", { class: "quiet" }, `${answer.more} more choices differ that are not listed.`)] : []),
    );
    return nodes;
  }

  state.subscribe((now, before) => {
    if (now.extra.compare !== before.extra.compare) refresh();
  });
  refresh();
  return { shown: refresh, modelChanged: refresh };
}

function bold(text, strong) {
  return { text, strong };
}
