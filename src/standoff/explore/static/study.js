// A study started from the page: how it goes, what it finds.

import { el, plain, write } from "./dom.js";
import { figure, paragraph, sentTable, share, table, words, wrong } from "./parts.js";
import { pace, Watcher } from "./watcher.js";

const MOST = 100000;
const STATES = {
  idle: "No study has been made yet.",
  running: "",
  done: "",
  stopped: "Stopped. The same study started again goes on where it was.",
  failed: "The study failed.",
};

export function mount(root, state, ask) {
  const at = (id) => root.querySelector(`#${id}`);
  const watcher = new Watcher("study", ask, told, () => !root.hidden);
  let read = ""; // which parts of which study are shown

  const kept = state.get().extra.study;
  if (Number.isInteger(kept?.draws) && kept.draws >= 1 && kept.draws <= MOST) at("study-draws").value = kept.draws;
  if (Number.isInteger(kept?.seed) && kept.seed >= 0) at("study-seed").value = kept.seed;

  at("study-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = { draws: Number(at("study-draws").value), seed: Number(at("study-seed").value) };
    state.extra("study", body);
    at("study-wrong").replaceChildren();
    at("study-start").disabled = true;
    try {
      read = "";
      await watcher.start({ ...body, keep: at("study-keep").checked });
    } catch (error) {
      at("study-wrong").replaceChildren(wrong(error));
      at("study-start").disabled = false;
    }
  });
  at("study-stop").addEventListener("click", async () => {
    at("study-stop").disabled = true;
    try {
      await watcher.stop();
    } catch (error) {
      at("study-wrong").replaceChildren(wrong(error));
    } finally {
      at("study-stop").disabled = false;
    }
  });

  function told(view) {
    const running = view.state === "running";
    at("study-start").disabled = running;
    at("study-stop").hidden = !running;
    at("study-progress").hidden = view.state === "idle";
    if (view.state !== "idle") {
      at("study-bar").max = view.draws;
      at("study-bar").value = view.done;
      write(at("study-numbers"), pace(view));
    }
    const words = running ? `Now: ${view.stage}.` : view.state === "done" && view.kept ? `Kept in ${view.kept}` : STATES[view.state];
    write(at("study-state"), words);
    at("study-wrong").replaceChildren(...(view.problems ?? []).map((problem) => wrong(new Error([problem.message, problem.remedy].filter(Boolean).join("; ")))));
    const parts = JSON.stringify([view.of, view.draws, view.seed, view.settings, view.parts]);
    if (view.parts?.length && parts !== read) {
      read = parts;
      result(view);
    }
  }

  async function result(view) {
    const found = await ask.get("/api/study/result");
    at("study-result").replaceChildren(
      ...(found.summary ? outcomes(found.summary, view) : []),
      ...(found.findings ? findings(found.findings) : []),
    );
  }

  function outcomes(summary, view) {
    const held = Object.entries(view.settings).map(([name, value]) => `${words(name)} = ${plain(value)}`);
    const old = view.of !== state.model?.version ? " It was made before the file was last saved." : "";
    const beliefs = state.model?.ranges === "beliefs";
    const rows = summary.outcomes.map((one) => [
      one.label,
      share(one.mean),
      ...(summary.bounded ? [`${share(one.low)} to ${share(one.high)}`] : []),
      share(one.q05),
      share(one.q50),
      share(one.q95),
    ]);
    const heads = ["Outcome", "Mean of draws", ...(summary.bounded ? ["Bounds over equilibria"] : []), "5th percentile", "Median", "95th percentile"];
    const decided = summary.decision.map((one) => [one.label, share(one.share)]);
    const statuses = Object.entries(summary.statuses).map(([name, count]) => `${words(name)} ${count.toLocaleString("en")}`);
    const audit = summary.audit.draws ? `${summary.audit.draws.toLocaleString("en")} draws were solved once more, of which ${summary.audit.disagreements} ended differently. ` : "";
    return [
      el("h2", {}, "How it ends"),
      paragraph(`${summary.draws.toLocaleString("en")} draws, seed ${summary.seed}${held.length ? `, with ${held.join(", ")}` : ""}.${old}`),
      summary.outcomes.length ? figure("Chart of outcomes", summary.chart) : paragraph("No draw was certified."),
      paragraph(`Over the certified draws.${summary.bounded ? " Bounds: mean of the lowest and highest probability over the equilibria known at a draw." : ""} ${beliefs ? "The ranges are the analyst’s beliefs, so the mean is a likelihood." : "The ranges are bounds to look between, so the mean is a share of sampled cases and not a likelihood."}`, "quiet note"),
      table("Outcomes", heads.map((text, n) => ({ text, number: n > 0 })), rows),
      ...(decided.length ? [el("h3", {}, "What is decided"), table("The decision", ["Option", { text: "Share", number: true }], decided)] : []),
      paragraph(`${audit}Status of draws: ${statuses.join(", ")}.`, "quiet note"),
    ].filter(Boolean);
  }

  const look = () => void watcher.again();
  look();
  return { shown: look, modelChanged: look };
}

/** The sections of findings, as the brief has them. */
function findings(page) {
  const nodes = [];
  const add = (...parts) => nodes.push(...parts.filter(Boolean));
  add(el("h2", {}, "What drives it"), paragraph(page.missing));
  for (const [n, part] of page.drivers.entries()) {
    add(
      folded(
        n > 0,
        `${part.outcome} (${part.mean})`,
        paragraph(part.statement),
        figure(`Chart of what drives ${part.outcome}`, part.chart),
        sentTable(part.table),
        rest(part.rest, "that are weaker or cannot be told from noise"),
      ),
    );
  }
  if (page.conditions.length) add(el("h2", {}, "Where it flips"));
  for (const [n, part] of page.conditions.entries()) {
    add(
      folded(
        n > 0,
        `${part.outcome} (${part.mean})`,
        paragraph([part.statement, part.held_out].filter(Boolean).join(" ")),
        figure(`Chart of where ${part.outcome} comes about`, part.chart),
        sentTable(part.table),
        paragraph(part.regions),
        figure(`Chart of regions by ${part.outcome}`, part.regions_chart),
        part.rules.length ? el("details", {}, el("summary", {}, `The ${part.rules.length} regions in words`), el("ul", {}, ...part.rules.map((rule) => el("li", {}, rule)))) : null,
      ),
    );
  }
  add(el("h2", {}, "Options compared"), ...page.options.statement.map((text) => paragraph(text)));
  add(page.options.table && el("h3", {}, "Each option as a commitment"), sentTable(page.options.table));
  add(page.options.rules && el("h3", {}, "What decision rules say"), figure("Chart of the options under decision rules", page.options.chart), sentTable(page.options.rules));
  add(page.options.rules && paragraph("Bold: best by that rule. Regret: what an option gives away against the best one in the same draw.", "quiet note"));
  add(...page.options.notes.map((text) => paragraph(text, "quiet note")));
  add(el("h2", {}, "What the actors can change"), ...page.levers.statement.map((text) => paragraph(text)), sentTable(page.levers.table));
  add(page.levers.still && paragraph(`Moved anywhere within its range, one at a time, none of these flips anything: ${page.levers.still}.`));
  add(el("h2", {}, "What to find out next"), paragraph(page.information.statement), figure("Chart of what knowing a parameter is worth", page.information.chart));
  add(sentTable(page.information.table), rest(page.information.rest, "that are worth less or cannot be told from noise"));
  add(page.information.claims && el("h3", {}, "By claim"), sentTable(page.information.claims));
  add(el("h2", {}, "Beside simpler answers"), paragraph(page.baselines.statement), sentTable(page.baselines.table));
  if (page.variants.table) add(el("h2", {}, "Other readings of the situation"), paragraph(page.variants.statement), sentTable(page.variants.table));
  const computed = page.computed.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]);
  add(computed.length && el("details", {}, el("summary", {}, "How the findings were computed"), el("dl", {}, ...computed)));
  return nodes;
}

function folded(fold, head, ...parts) {
  const inner = parts.filter(Boolean);
  return fold ? el("details", {}, el("summary", {}, head), ...inner) : el("div", {}, el("h3", {}, head), ...inner);
}

function rest(sent, what) {
  return sent ? el("details", {}, el("summary", {}, `${sent.rows.length} more ${what}`), sentTable(sent)) : null;
}
