// What a person has chosen: settings of parameters, which equilibrium to show, which tab, and what panels remember.
//
// Kept in the address after "#", as  s=name:value,name:value & eq=1 & tab=regions & x={...}, with only what differs from
// the file. What is read from there is checked like anything else that comes from outside.

const LONGEST = 8000; // characters of an address
const STEPS = 200; // steps that can be undone
const DELAY = 250; // ms after which the address follows; browsers limit how often it may change
const EXTRA = /^[a-z]{1,16}$/;

export const TABS = ["answer", "regions", "study", "ledger", "influence", "compare", "downloads"];

function frozen(state) {
  return Object.freeze({ ...state, settings: Object.freeze({ ...state.settings }), extra: Object.freeze({ ...state.extra }) });
}

/** A value without the digits that only binary arithmetic adds. */
export function tidy(value) {
  return Number(value.toPrecision(12));
}

export function createState(place = window) {
  let current = frozen({ settings: {}, equilibrium: 0, tab: "answer", extra: {} });
  let model = null;
  let past = [];
  let future = [];
  let merging = null;
  let written = null;
  let timer = 0;
  const readers = new Set();
  const modelReaders = new Set();

  function move(next) {
    const before = current;
    current = frozen(next);
    for (const reader of [...readers]) reader(current, before);
    if (!timer) timer = place.setTimeout(flush, DELAY);
  }

  function flush() {
    place.clearTimeout(timer);
    timer = 0;
    const hash = encode(current);
    if (model === null || hash.length > LONGEST || hash === place.location.hash) return;
    written = hash;
    place.history.replaceState(null, "", hash || place.location.pathname);
  }

  /** The settings that differ from the file and that it has. */
  function known(settings) {
    if (model === null) return settings;
    const kept = {};
    for (const parameter of model.parameters) {
      const value = Object.hasOwn(settings, parameter.name) ? settings[parameter.name] : null;
      if (parameter.derived || typeof value !== "number" || !Number.isFinite(value)) continue;
      if (tidy(value) !== tidy(parameter.base)) kept[parameter.name] = tidy(value);
    }
    return kept;
  }

  const state = {
    get: () => current,
    get model() {
      return model;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },

    /** Replaces what `change` names. Changed settings show the selected equilibrium again unless it says otherwise. */
    set(change, { undoable = true, merge = null } = {}) {
      const next = { ...current, ...change };
      if (change.settings) {
        next.settings = known(change.settings);
        if (change.equilibrium === undefined && !same(next.settings, current.settings)) next.equilibrium = 0;
      }
      const real = !same(next.settings, current.settings) || next.equilibrium !== current.equilibrium;
      if (undoable && real) {
        if (merge === null || merge !== merging) past = [...past, step(current)].slice(-STEPS);
        merging = merge;
        future = [];
      }
      move(next);
    },

    /** One parameter; null puts it back to what the file says. */
    change(name, value, options) {
      const settings = { ...current.settings };
      if (value === null) delete settings[name];
      else settings[name] = value;
      state.set({ settings }, options);
    },

    /** Ends a run of changes that are undone in one step. */
    settle() {
      merging = null;
    },

    /** What a panel remembers under its own key. */
    extra(key, value) {
      if (!EXTRA.test(key)) throw new Error(`${key} cannot be a key`);
      const extra = { ...current.extra };
      if (value === null || value === undefined) delete extra[key];
      else extra[key] = value;
      move({ ...current, extra });
    },

    undo() {
      if (!past.length) return;
      const last = past.at(-1);
      past = past.slice(0, -1);
      future = [...future, step(current)];
      merging = null;
      move({ ...current, ...last, settings: known(last.settings) });
    },

    redo() {
      if (!future.length) return;
      const next = future.at(-1);
      future = future.slice(0, -1);
      past = [...past, step(current)];
      merging = null;
      move({ ...current, ...next, settings: known(next.settings) });
    },

    subscribe(reader) {
      readers.add(reader);
      return () => readers.delete(reader);
    },

    onModel(reader) {
      modelReaders.add(reader);
      return () => modelReaders.delete(reader);
    },

    /** Takes a reading of the file. The first one also takes what the address says. */
    useModel(next) {
      const first = model === null;
      model = next;
      const restored = first ? decode(place.location.hash, current) : current;
      current = frozen({ ...restored, settings: known(restored.settings), equilibrium: first ? restored.equilibrium : 0 });
      for (const reader of [...modelReaders]) reader(model, first);
      move(current);
    },
  };

  place.addEventListener("hashchange", () => {
    if (place.location.hash === written || model === null) return;
    const read = decode(place.location.hash, { settings: {}, equilibrium: 0, tab: "answer", extra: {} });
    past = [...past, step(current)].slice(-STEPS);
    future = [];
    merging = null;
    move({ ...read, settings: known(read.settings) });
  });
  place.addEventListener("pagehide", flush);
  return state;
}

function step(state) {
  return { settings: state.settings, equilibrium: state.equilibrium };
}

function same(one, other) {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

export function encode(state) {
  const parts = [];
  const pairs = Object.entries(state.settings).map(([name, value]) => `${encodeURIComponent(name)}:${value}`);
  if (pairs.length) parts.push(`s=${pairs.join(",")}`);
  if (state.equilibrium) parts.push(`eq=${state.equilibrium}`);
  if (state.tab !== "answer") parts.push(`tab=${state.tab}`);
  if (Object.keys(state.extra).length) parts.push(`x=${encodeURIComponent(JSON.stringify(state.extra))}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

export function decode(hash, otherwise) {
  const state = { ...otherwise, settings: {} };
  if (hash.length < 2 || hash.length > LONGEST) return { ...state, settings: otherwise.settings };
  for (const part of hash.slice(1).split("&")) {
    const equals = part.indexOf("=");
    const key = part.slice(0, equals);
    const value = part.slice(equals + 1);
    if (key === "s") state.settings = readSettings(value);
    else if (key === "eq" && /^[0-9]{1,3}$/.test(value)) state.equilibrium = Number(value);
    else if (key === "tab" && TABS.includes(value)) state.tab = value;
    else if (key === "x") state.extra = readExtra(value);
  }
  return state;
}

function readSettings(text) {
  const settings = {};
  for (const pair of text.split(",")) {
    const colon = pair.lastIndexOf(":");
    const value = colon > 0 ? Number(pair.slice(colon + 1) || NaN) : NaN;
    const name = text_of(pair.slice(0, colon));
    if (name && Number.isFinite(value)) settings[name] = value;
  }
  return settings;
}

function readExtra(text) {
  let read;
  try {
    read = JSON.parse(text_of(text));
  } catch {
    return {}; // an address that somebody changed by hand
  }
  if (read === null || typeof read !== "object" || Array.isArray(read)) return {};
  return Object.fromEntries(Object.entries(read).filter(([key]) => EXTRA.test(key)));
}

function text_of(encoded) {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return ""; // not something that this page wrote
  }
}
