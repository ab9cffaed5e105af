// The ledger: statements with who, through whom and how graded; beside them the text they come from.

import { el, write } from "./dom.js";
import { figure, table, words, wrong } from "./parts.js";

export function mount(root, state, ask) {
  const at = (id) => root.querySelector(`#${id}`);
  let ledger = null;
  let page = null;
  let version = 0;
  const chosen = () => (typeof state.get().extra.statement === "string" ? state.get().extra.statement : "");
  const choose = (id) => state.extra("statement", id);

  async function load() {
    if (version === state.model.version) return;
    at("ledger-wrong").replaceChildren();
    try {
      const answer = await ask.get("/api/ledger");
      version = answer.version;
      ({ ledger, page } = answer);
      at("ledger-whole").hidden = ledger === null;
      write(at("ledger-about"), ledger === null ? answer.why : [ledger.title, ledger.about].filter(Boolean).join(". "));
      if (ledger !== null) fill();
    } catch (error) {
      at("ledger-wrong").replaceChildren(wrong(error));
    }
  }

  function fill() {
    const bound = [...new Set(ledger.statements.flatMap((one) => one.rests))].sort();
    at("ledger-parameter").replaceChildren(el("option", { value: "" }, "any"), ...bound.map((name) => el("option", { value: name }, words(name))));
    list();
    source();
    claims();
    const ways = figure("Through whom the statements came", ledger.custody);
    at("ledger-ways").hidden = ways === null;
    at("ledger-custody").replaceChildren(...(ways ? [ways] : []));
    const without = ledger.without.map(words);
    write(at("ledger-without"), without.length ? `${without.length} numbers of the scenario name no claim: ${without.join(", ")}.` : "Every number of the scenario names a claim.");
  }

  function list() {
    const kind = at("ledger-show").value;
    const parameter = at("ledger-parameter").value;
    const tests = { all: () => true, counts: (one) => one.counts, rests: (one) => one.rests.length > 0, unnamed: (one) => !one.named };
    const shown = ledger.statements.filter((one) => tests[kind](one) && (!parameter || one.rests.includes(parameter)));
    write(at("ledger-count"), `${shown.length} of ${ledger.statements.length} statements.`);
    at("ledger-list").replaceChildren(...shown.map(card));
    mark(false);
  }

  function card(one) {
    const about = (name, text) => (text ? [el("dt", {}, name), el("dd", {}, text)] : []);
    const graded = (grade) => (grade ? `${grade.mark} (${grade.meaning}): ${grade.reason}` : "not graded");
    const who = one.voice ? `${one.who}, in its own voice` : one.named ? one.who : `${one.who} (not named)`;
    const marks = [one.reliability?.mark ?? "–", one.credibility?.mark ?? "–"].join("");
    const said = one.quote.exact ? `“${one.quote.exact}”` : "(no quote kept)";
    return el(
      "article",
      { class: "statement", "data-id": one.id },
      el("button", { type: "button", class: "pick", "aria-pressed": "false", click: () => choose(one.id) }, el("b", {}, one.id), ` ${who}`, el("span", { class: "quiet" }, one.role ? `, ${one.role}` : "")),
      el("blockquote", {}, said),
      el("p", { class: "note" }, `${one.act}, ${one.mode}, ${one.channel}${one.negated ? ", negated" : ""}${one.counts ? "" : `; ${one.status}`}${one.hedges.length ? `; hedged: ${one.hedges.join(", ")}` : ""}; graded ${marks}`),
      el("p", { class: "note" }, one.rests.length ? `Rests on it: ${one.rests.map(words).join(", ")}` : one.supports.length ? `Supports ${one.supports.join(", ")}` : "Nothing rests on it"),
      el(
        "details",
        {},
        el("summary", {}, "Chain and grades"),
        el(
          "dl",
          {},
          ...about("Chain", one.chain.join(" → ")),
          ...about("Origin", one.origin),
          ...about("Source", graded(one.reliability)),
          ...about("Information", graded(one.credibility)),
          ...about("Supports", one.supports.join(", ")),
          ...about("Speaks against", one.against.join(", ")),
          ...about("Where", `${one.document}, characters ${one.start} to ${one.end}`),
          ...about("Note", one.note),
        ),
      ),
    );
  }

  function source() {
    if (!page.pieces.length) {
      excerpt();
      return;
    }
    const document = ledger.documents.find((one) => one.id === page.document);
    const head = [document?.title, document?.outlet, document?.aggregator ? `carried by ${document.aggregator}` : ""].filter(Boolean).join(" · ");
    const pieces = page.pieces.map((piece) => {
      if (!piece.statements.length) return piece.text;
      const ids = piece.statements.join(" ");
      const pick = () => choose(piece.statements.at(-1));
      return el(
        "mark",
        { tabindex: 0, role: "button", "aria-pressed": "false", "data-ids": ids, title: ids, click: pick, keydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), pick()) },
        piece.text,
      );
    });
    const astray = page.astray.length ? el("p", { class: "quiet note" }, `Not found at their place in this text: ${page.astray.join(", ")}.`) : null;
    at("ledger-source").replaceChildren(...[el("h3", {}, head), astray, el("div", { class: "source-text" }, ...pieces)].filter(Boolean));
  }

  /** What the ledger itself keeps of a statement's surroundings, and why there is no more. */
  function excerpt() {
    const one = ledger.statements.find((entry) => entry.id === chosen());
    const parts = one
      ? [el("h3", {}, `${one.id}, as the ledger keeps it`), el("p", { class: "source-text" }, one.quote.prefix ? `… ${one.quote.prefix} ` : "", el("mark", { class: "chosen" }, one.quote.exact || "(no quote kept)"), one.quote.suffix ? ` ${one.quote.suffix} …` : "")]
      : [el("h3", {}, "The text of the source"), el("p", {}, "Choose a statement to see its quote.")];
    at("ledger-source").replaceChildren(...parts, el("p", { class: "quiet note" }, page.why));
  }

  function claims() {
    const rows = ledger.claims.map((one) => [
      { text: one.id },
      { text: one.text, note: one.note },
      { text: one.supports.join(", ") || "nothing accepted", note: one.unnamed ? "nobody is named" : "" },
      one.against.join(", ") || "–",
      one.origins,
      one.rests.map(words).join(", ") || "nothing",
    ]);
    at("ledger-claims").replaceChildren(table("Claims", ["Claim", "What it says", "For", "Against", { text: "Independent origins", number: true }, "Rests on it"], rows));
  }

  /** Marks the chosen statement in the list and in the text, and brings it into sight there. */
  function mark(scroll) {
    if (ledger === null) return;
    if (!page.pieces.length) excerpt();
    const id = chosen();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const near = { block: "nearest", behavior: calm ? "auto" : "smooth" };
    for (const shown of root.querySelectorAll(".statement")) {
      const own = shown.dataset.id === id;
      shown.classList.toggle("chosen", own);
      shown.querySelector(".pick").setAttribute("aria-pressed", String(own));
      if (own && scroll) shown.scrollIntoView(near);
    }
    let first = null;
    for (const piece of root.querySelectorAll("mark[data-ids]")) {
      const own = piece.dataset.ids.split(" ").includes(id);
      piece.classList.toggle("chosen", own);
      piece.setAttribute("aria-pressed", String(own));
      if (own) first ??= piece;
    }
    if (first) {
      const frame = at("ledger-source");
      frame.scrollTop += first.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 3;
    }
  }

  at("ledger-form").addEventListener("submit", (event) => event.preventDefault());
  at("ledger-show").addEventListener("change", list);
  at("ledger-parameter").addEventListener("change", list);
  state.subscribe((now, before) => {
    if (now.extra.statement !== before.extra.statement) mark(true);
  });
  document.head.append(el("link", { rel: "stylesheet", href: "/api/ledger/style.css" }));
  load();
  return { shown: load, modelChanged: () => !root.hidden && load() };
}
