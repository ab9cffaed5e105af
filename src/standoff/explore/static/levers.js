// The parameters: a slider and a field for each, in groups that can be searched.

import { el, plain, write } from "./dom.js";
import { tidy } from "./state.js";

const OPEN_GROUPS = 2; // groups that are open at first
const FEW = 14; // parameters up to which every group is open

export function mountLevers(root, state) {
  const groups = root.querySelector("#groups");
  const find = root.querySelector("#find");
  const show = root.querySelector("#show");
  const changed = root.querySelector("#changed");
  let rows = new Map();

  function build(model) {
    const opened = new Set([...groups.querySelectorAll(":scope > details[open]")].map((group) => group.dataset.group));
    const first = rows.size === 0;
    rows = new Map();
    groups.replaceChildren();
    fillShow(model);
    if (!model.parameters.length) {
      const why = model.scenario ? "This scenario has no parameters." : "A Gambit game has numbers and no parameters.";
      groups.append(el("p", { class: "quiet" }, why));
    }
    model.groups.forEach((group, place) => {
      const members = model.parameters.filter((parameter) => parameter.group === group.name);
      const open = first ? place < OPEN_GROUPS || model.parameters.length <= FEW : opened.has(group.name);
      const list = el("div", { class: "lever-list" });
      for (const parameter of members) {
        const row = parameter.derived ? derivedRow(parameter) : leverRow(parameter, state);
        rows.set(parameter.name, row);
        list.append(row.element);
      }
      const count = el("span", { class: "quiet count" }, String(members.length));
      const heading = el("h3", {}, group.label);
      groups.append(el("details", { open, "data-group": group.name }, el("summary", {}, heading, count), list));
    });
    update(state.get());
    filter();
  }

  function fillShow(model) {
    const kept = show.value;
    const actors = model.actors.filter((actor) => model.parameters.some((one) => one.lever.includes(actor.name)));
    const choices = [
      ["all", "All"],
      ["changed", "Changed"],
      ["evidence", "With evidence"],
      ["none", "Without evidence"],
      ...actors.map((actor) => [`lever:${actor.name}`, `${actor.label} can move`]),
    ];
    show.replaceChildren(...choices.map(([value, label]) => el("option", { value }, label)));
    show.value = choices.some(([value]) => value === kept) ? kept : "all";
  }

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const settings = state.get().settings;
    const narrowed = words.length > 0 || show.value !== "all";
    for (const group of groups.querySelectorAll(":scope > details")) {
      let seen = 0;
      for (const row of rows.values()) {
        if (row.parameter.group !== group.dataset.group) continue;
        const fits = wanted(row.parameter, words, show.value, settings);
        row.element.hidden = !fits;
        seen += fits ? 1 : 0;
      }
      group.hidden = seen === 0;
      write(group.querySelector(".count"), String(seen));
      if (narrowed && seen) group.open = true;
    }
  }

  function update(now) {
    const names = Object.keys(now.settings);
    for (const row of rows.values()) row.update(now.settings);
    write(changed, names.length ? `${names.length} changed` : "");
  }

  find.addEventListener("input", filter);
  show.addEventListener("change", filter);
  state.onModel(build);
  state.subscribe((now, before) => {
    if (now.settings === before.settings) return;
    update(now);
    if (show.value === "changed") filter();
  });

  return {
    /** Values of parameters that follow from others. */
    derived(values) {
      for (const [name, value] of Object.entries(values)) rows.get(name)?.value(value);
    },
  };
}

function wanted(parameter, words, choice, settings) {
  const text = `${parameter.name} ${parameter.name.replaceAll("_", " ")} ${parameter.about} ${parameter.unit}`.toLowerCase();
  if (!words.every((word) => text.includes(word))) return false;
  if (choice === "changed") return Object.hasOwn(settings, parameter.name);
  if (choice === "evidence") return parameter.grounded;
  if (choice === "none") return !parameter.grounded && !parameter.derived;
  if (choice.startsWith("lever:")) return parameter.lever.includes(choice.slice(6));
  return true;
}

let count = 0;

function leverRow(parameter, state) {
  const id = `lever-${++count}`;
  const merge = `lever:${parameter.name}`;
  const { low, high, step, base } = parameter;
  const slider = el("input", { type: "range", id, min: low, max: high, step: "any", "aria-describedby": `${id}-about` });
  const label = `${parameter.name}, value`;
  const field = el("input", { type: "text", inputmode: "decimal", class: "value", "aria-label": label, maxlength: 24 });
  const reset = el("button", { type: "button", class: "small", title: "Back to the value of the file" }, "Reset");
  reset.setAttribute("aria-label", `Reset ${parameter.name}`);
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const element = el(
    "div",
    { class: "lever", "data-name": parameter.name },
    el("div", { class: "lever-top" }, el("label", { for: id, class: "name" }, parameter.name), reset, field),
    slider,
    el("div", { class: "ends" }, el("span", {}, plain(low)), el("span", { class: "unit" }, parameter.unit), el("span", {}, plain(high))),
    wrong,
    about(parameter, id),
  );
  const share = high > low ? (base - low) / (high - low) : 0;
  slider.style.setProperty("--base", share.toFixed(4));

  const { values } = parameter;
  let shown = null;

  function snapped(raw) {
    if (values.length) return values.reduce((best, one) => (Math.abs(one - raw) < Math.abs(best - raw) ? one : best));
    const near = tidy(Math.round(raw / step) * step);
    return Math.min(high, Math.max(low, Math.abs(raw - base) < step / 2 ? base : near));
  }

  slider.addEventListener("pointerdown", () => state.settle());
  slider.addEventListener("blur", () => state.settle());
  slider.addEventListener("input", () => state.change(parameter.name, snapped(Number(slider.value)), { merge }));
  slider.addEventListener("keydown", (event) => {
    const pace = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    const end = { Home: low, End: high }[event.key];
    if ((pace === undefined && end === undefined) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = Number(slider.value);
    const place = values.indexOf(from) + Math.sign(pace ?? 0);
    const stepped = values.length ? values[Math.min(values.length - 1, Math.max(0, place))] : null;
    const next = end ?? stepped ?? Math.min(high, Math.max(low, tidy(Math.round((from + pace * step) / step) * step)));
    state.change(parameter.name, next, { merge });
  });
  field.addEventListener("change", () => {
    const text = field.value.trim().replace("−", "-").replace(",", ".");
    const value = /^[-+.0-9e]+$/i.test(text) ? Number(text) : NaN; // decimal only: `Number` reads 0x10 as 16
    const mistake = problem(parameter, value);
    wrong.hidden = mistake === null;
    write(wrong, mistake ?? "");
    if (mistake === null) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
    if (mistake !== null) return;
    shown = null;
    state.change(parameter.name, value);
  });
  reset.addEventListener("click", () => {
    state.change(parameter.name, null);
    field.focus();
  });

  return {
    parameter,
    element,
    value() {},
    update(settings) {
      const differs = Object.hasOwn(settings, parameter.name);
      const value = differs ? settings[parameter.name] : base;
      if (shown === `${differs} ${value}`) return; // one slider moves at a time, and there may be many
      shown = `${differs} ${value}`;
      const text = plain(value);
      if (Number(slider.value) !== value) slider.value = value;
      slider.setAttribute("aria-valuetext", `${text} ${parameter.unit}${differs ? `, the file says ${plain(base)}` : ""}`);
      if (field.value !== text) field.value = text;
      if (!wrong.hidden) {
        wrong.hidden = true;
        field.removeAttribute("aria-invalid");
      }
      slider.style.setProperty("--share", (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0).toFixed(4));
      element.classList.toggle("changed", differs);
      reset.disabled = !differs;
    },
  };
}

function derivedRow(parameter) {
  const output = el("output", { class: "value", "aria-label": `${parameter.name}, value` }, plain(parameter.base));
  const element = el(
    "div",
    { class: "lever derived", "data-name": parameter.name },
    el("div", { class: "lever-top" }, el("span", { class: "name" }, parameter.name), output),
    el("p", { class: "formula" }, `= ${parameter.formula}`),
    about(parameter, `lever-${++count}`),
  );
  return {
    parameter,
    element,
    update() {},
    value(next) {
      write(output, plain(next));
    },
  };
}

function about(parameter, id) {
  const [first, rest] = sentences(parameter.about);
  const marks = el("span", { class: "marks" });
  if (parameter.claims.length) marks.append(el("span", { class: "mark" }, `rests on ${parameter.claims.join(", ")}`));
  else if (!parameter.derived) marks.append(el("span", { class: "mark none" }, "no evidence"));
  const more = [rest, parameter.range ? `Range: ${parameter.range}.` : ""].filter(Boolean);
  const told = el("p", { id: `${id}-about`, class: "quiet" }, first);
  if (!more.length) return el("div", { class: "about" }, told, marks);
  const details = el("details", { class: "more" }, el("summary", { "aria-label": `More about ${parameter.name}` }, "more"));
  details.append(...more.map((text) => el("p", { class: "quiet" }, text)));
  return el("div", { class: "about" }, told, el("div", { class: "about-foot" }, marks, details));
}

/** The first sentence and what follows it. */
function sentences(text) {
  const end = text.search(/[.!?](\s|$)/);
  return end < 0 || end > 220 ? [text.slice(0, 220), text.slice(220)] : [text.slice(0, end + 1), text.slice(end + 1).trim()];
}

/** Why a value cannot be, in the words of the command line; null where it can. */
function problem(parameter, value) {
  if (!Number.isFinite(value)) return "Write a finite number, such as 0.25.";
  const kinds = {
    probability: [value >= 0 && value <= 1, "a probability parameter is from 0 to 1"],
    positive: [value > 0, "a positive parameter is above 0"],
    nonnegative: [value >= 0, "a nonnegative parameter is 0 or more"],
  };
  const [fits, advice] = kinds[parameter.kind] ?? [true, ""];
  return fits ? null : `${parameter.name} cannot be ${plain(value)}; ${advice}.`;
}
