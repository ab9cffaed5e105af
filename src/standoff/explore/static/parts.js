// Parts that several panels show: shares, tables that the server sends, problems, links to parameters.

import { el } from "./dom.js";
import { drawing } from "./drawing.js";

/** A share as text: whole per cent in the middle, one decimal towards the ends, 0 and 100 only where it is that. */
export function share(value) {
  if (!Number.isFinite(value)) return "–";
  const percent = 100 * Math.min(Math.max(value, 0), 1);
  if (percent < 1e-9 || percent > 100 - 1e-9) return `${percent.toFixed(0)} %`;
  if (percent < 0.1) return "< 0.1 %";
  if (percent > 99.9) return "> 99.9 %";
  return `${percent.toFixed(percent >= 9.95 && percent <= 90.05 ? 0 : 1)} %`;
}

/** A table in a frame that scrolls: heads are texts or {text, number}, rows hold texts, nodes or {text, note, strong}. */
export function table(about, heads, rows, kind = null) {
  const columns = heads.map((head) => (typeof head === "string" ? { text: head } : head));
  const column = (n) => (columns[n].number ? "num" : null);
  const worded = columns.slice(1).some((head) => !head.number); // on a narrow screen each row becomes a card
  const classes = ["data", kind, worded ? "cards" : null].filter(Boolean).join(" ");
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": about },
    el(
      "table",
      { class: classes },
      el("thead", {}, el("tr", {}, ...columns.map((head, n) => el("th", { scope: "col", class: column(n) }, head.text)))),
      el(
        "tbody",
        {},
        ...rows.map((row) =>
          el(
            "tr",
            {},
            ...row.map((one, n) => (n ? el("td", { class: column(n), "data-head": worded ? columns[n].text : null }, ...cell(one)) : el("th", { scope: "row" }, ...cell(one)))),
          ),
        ),
      ),
    ),
  );
}

function cell(one) {
  if (one === null || typeof one !== "object" || one instanceof Node) return [one ?? "–"];
  const text = one.strong ? el("strong", {}, one.text) : one.text;
  return one.note ? [text, el("div", { class: "quiet note" }, one.note)] : [text];
}

/** A table as `standoff.brief.cells` describes it. */
export function sentTable(sent) {
  return sent ? table(sent.about, sent.heads, sent.rows) : null;
}

/** A drawing of the server in a frame that scrolls. */
export function figure(about, svg) {
  return svg ? el("div", { class: "scroll figure", tabindex: 0, role: "region", "aria-label": about }, drawing(svg)) : null;
}

export function paragraph(text, kind = null) {
  return text ? el("p", { class: kind }, text) : null;
}

/** What went wrong, said where it happened. */
export function wrong(error) {
  return el("p", { class: "wrong", role: "alert" }, error?.message ?? String(error));
}

/** A parameter's name as words; what is more than a name stays as it is. */
export function words(name) {
  return /[. ]/.test(name) ? name : name.replaceAll("_", " ");
}
