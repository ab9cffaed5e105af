// The influence diagram: choose what to show, choose a box, read what it is and what it rests on.

import { el, plain, write } from "./dom.js";
import { drawing } from "./drawing.js";
import { paragraph, wrong } from "./parts.js";

const KINDS = { payoff: "Actors", outcome: "Outcomes", parameter: "Numbers", formula: "Formulas", chance: "Chance", consideration: "Considerations" };
const SMALLEST = 0.84; // of the size at which it was drawn
const CALLED = { payoff: "payoff of", outcome: "outcome", parameter: "number", formula: "formula", chance: "chance decides", consideration: "consideration" };

export function mount(root, state, ask) {
  const at = (id) => root.querySelector(`#${id}`);
  let boxes = null;
  let version = 0;

  function choice() {
    const kept = state.get().extra.focus ?? {};
    const known = (id) => typeof id === "string" && Object.hasOwn(boxes.nodes, id);
    return { focus: kept.focus === "" || known(kept.focus) ? kept.focus : boxes.focus, chosen: known(kept.chosen) ? kept.chosen : "" };
  }

  const choose = (change) => state.extra("focus", { ...choice(), ...change });

  async function load() {
    if (version === state.model.version) return;
    at("influence-wrong").replaceChildren();
    try {
      boxes = await ask.get("/api/influence/boxes");
      version = boxes.version;
      if (!Object.keys(boxes.nodes).length) {
        at("influence-drawing").replaceChildren(paragraph("An .efg file has numbers and no formulas, so there is nothing to draw here."));
        root.querySelector("#influence-form").hidden = true;
        return;
      }
      lists();
      await draw();
    } catch (error) {
      at("influence-wrong").replaceChildren(wrong(error));
    }
  }

  function lists() {
    const groups = Object.entries(KINDS).map(([kind, label]) => {
      const own = Object.values(boxes.nodes).filter((node) => node.kind === kind);
      return own.length ? el("optgroup", { label }, ...own.map((node) => el("option", { value: node.id }, node.label))) : null;
    });
    at("influence-focus").replaceChildren(el("option", { value: "" }, "everything"), ...groups.filter(Boolean));
    at("influence-focus").value = choice().focus;
  }

  async function draw() {
    const { focus, chosen } = choice();
    at("influence-focus").value = focus;
    const answer = await ask("/api/influence", { focus, chosen });
    if (answer === null) return;
    const held = document.activeElement?.closest?.("[data-node]")?.dataset.node;
    const frame = at("influence-drawing").firstElementChild;
    const scrolled = frame ? [frame.scrollLeft, frame.scrollTop] : [0, 0];
    const next = el("div", { class: "scroll figure", tabindex: 0, role: "region", "aria-label": "Influence diagram" }, fitted(drawing(answer.svg)));
    at("influence-drawing").replaceChildren(next);
    [next.scrollLeft, next.scrollTop] = scrolled;
    if (held) next.querySelector(`[data-node="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    detail(chosen);
  }

  /** As wide as there is room for, within what can still be read. */
  function fitted(picture) {
    const natural = Number(picture.getAttribute("width"));
    Object.assign(picture.style, { width: "100%", height: "auto", maxWidth: `${natural}px`, minWidth: `${SMALLEST * natural}px` });
    return picture;
  }

  function detail(id) {
    if (!id) {
      at("influence-detail").replaceChildren(paragraph("Choose a box to see its definition, its range and what it rests on.", "quiet"));
      return;
    }
    const node = boxes.nodes[id];
    const number = node.kind === "parameter" || node.kind === "formula";
    const set = state.get().settings[node.name];
    const unit = node.unit ? ` ${node.unit}` : "";
    const facts = [
      ["Definition", node.formula],
      ["In the file", number && node.base !== null ? `${plain(node.base)}${unit}` : ""],
      ["Set here", number && set !== undefined ? `${plain(set)}${unit}` : ""],
      ["Range", node.range],
      ["Comes from", links(node.from)],
      ["Goes into", links(node.to)],
    ].filter(([, text]) => text);
    at("influence-detail").replaceChildren(
      el("h3", {}, `${CALLED[node.kind]} ${node.kind === "payoff" ? node.label : ""}`.trim(), node.kind === "payoff" ? "" : `: ${node.label}`),
      ...[paragraph(node.about)].filter(Boolean),
      el("dl", {}, ...facts.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
      el("p", {}, el("button", { type: "button", class: "small", click: () => choose({ focus: id }) }, "Show only what it is linked to")),
      ...evidence(node),
    );
  }

  function links(ids) {
    if (!ids.length) return null;
    return el("span", { class: "links" }, ...ids.map((id) => el("button", { type: "button", class: "small", click: () => choose({ chosen: id }) }, boxes.nodes[id].label)));
  }

  function evidence(node) {
    if (node.kind !== "parameter" && node.kind !== "formula" && !node.claims.length) return [];
    if (!node.claims.length) return [paragraph("It names no claim of a ledger.", "quiet")];
    return node.claims.map((id) => {
      const claim = boxes.claims[id];
      if (!claim) return paragraph(`Rests on claim ${id}; there is no ledger beside the file.`);
      const said = [...claim.supports.map((name) => [name, "for"]), ...claim.against.map((name) => [name, "against"])].map(([name, side]) => {
        const one = boxes.statements[name];
        const grades = [one.reliability?.mark, one.credibility?.mark].filter(Boolean).join("");
        return el("li", {}, el("b", {}, name), ` ${side}: ${one.voice || one.named ? one.who : `${one.who} (not named)`}, ${one.channel}, through ${one.chain.join(" → ")}${grades ? `, graded ${grades}` : ""}. `, el("q", {}, one.quote.exact));
      });
      return el("div", {}, el("p", {}, el("b", {}, id), ` ${claim.text}`), said.length ? el("ul", {}, ...said) : paragraph("No accepted statement supports it.", "quiet"));
    });
  }

  at("influence-form").addEventListener("submit", (event) => event.preventDefault());
  at("influence-focus").addEventListener("change", (event) => choose({ focus: event.target.value }));
  const pick = (event) => {
    const box = event.target.closest?.("[data-node]");
    if (box) choose({ chosen: box.dataset.node });
    return box;
  };
  at("influence-drawing").addEventListener("click", pick);
  at("influence-drawing").addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && pick(event)) event.preventDefault();
  });
  state.subscribe((now, before) => {
    if (root.hidden || boxes === null || !Object.keys(boxes.nodes).length) return;
    if (now.extra.focus !== before.extra.focus) draw().catch((error) => at("influence-wrong").replaceChildren(wrong(error)));
    else if (now.settings !== before.settings) detail(choice().chosen);
  });
  write(at("influence-detail"), "");
  load();
  return { shown: load, modelChanged: () => !root.hidden && load() };
}
