// The picture of a region map: cells, their colours, hatches and letters, axes, and the point that stands on it.

import { el, plain } from "./dom.js";
import { share, words } from "./parts.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const BANDS = [0.05, 0.25, 0.5, 0.75, 0.95];
const [LEFT, TOP, WIDE, HIGH, RIGHT, BOTTOM] = [64, 12, 460, 430, 16, 58];
// Lines of each hatch in a square of 8, so that no two neighbours in the key look alike without colour
const HATCHES = ["", "M0 8L8 0", "M2 2h1M6 6h1", "M0 0L8 8", "M0 4H8", "M0 0L8 8M0 8L8 0", "M4 0V8", "M0 4H8M4 0V8"];
const DENSER = ["", "M0 8L8 0", "M0 8L8 0M-2 2L2 -2M6 10L10 6", "M0 8L8 0M0 0L8 8", "M0 8L8 0M0 0L8 8M0 4H8", "M0 8L8 0M0 0L8 8M0 4H8M4 0V8"];

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Which look each cell has, and what the looks mean: `look[row][column]`, -1 where nothing is certified. */
export function looks(map, show) {
  const best = map.best;
  if (show === "") {
    return { cells: best, entries: map.outcomes.map((name, n) => ({ name, letter: LETTERS[n % 26], look: n })), bands: false };
  }
  const place = map.outcomes.indexOf(show);
  const value = (row, column) => (place < 0 ? 0 : map.probability[place][row][column]);
  const cells = best.map((line, row) => line.map((one, column) => (one < 0 ? -1 : BANDS.filter((edge) => value(row, column) >= edge).length)));
  const edges = [0, ...BANDS, 1];
  const entries = edges.slice(0, -1).map((low, n) => ({
    name: `${Math.round(100 * low)} to ${Math.round(100 * edges[n + 1])} %`,
    letter: String(n + 1),
    look: n,
  }));
  return { cells, entries, bands: true };
}

export function swatch(look, bands) {
  const picture = svg("svg", { width: 26, height: 16, "aria-hidden": "true", class: "swatch" });
  picture.append(pattern(`key-${look}`, look, bands), svg("rect", { width: 26, height: 16, fill: `url(#key-${look})` }));
  return picture;
}

function pattern(id, look, bands) {
  const kind = bands ? `map-band-${look}` : `map-fill-${look % 8}`;
  const lines = bands ? DENSER[look] : HATCHES[(look + Math.floor(look / 8)) % 8];
  const parts = [svg("rect", { width: 8, height: 8, class: kind })];
  if (lines) parts.push(svg("path", { d: lines, class: "map-hatch" }));
  return svg("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" }, ...parts);
}

/** The picture; `move(x, y, ended)` is called with values of the two parameters as the point is dragged. */
export class Plot {
  constructor(root, move) {
    this.move = move;
    this.cells = svg("g", { "aria-hidden": "true" });
    this.axes = svg("g", { "aria-hidden": "true" });
    this.point = svg(
      "g",
      { class: "map-point", tabindex: 0, role: "slider", "aria-roledescription": "point on a map" },
      svg("circle", { r: 16, class: "map-grip" }),
      svg("path", { d: "M-13 0H-4M4 0H13M0 -13V-4M0 4V13", class: "map-cross" }),
      svg("circle", { r: 6, class: "map-ring" }),
    );
    this.base = svg("path", { d: "M-5 -5L5 5M-5 5L5 -5", class: "map-base", "aria-hidden": "true" });
    this.picture = svg(
      "svg",
      { viewBox: `0 0 ${LEFT + WIDE + RIGHT} ${TOP + HIGH + BOTTOM}`, class: "map-picture", role: "group", "aria-label": "Map of two parameters" },
      this.cells,
      this.axes,
      this.base,
      this.point,
    );
    root.replaceChildren(this.picture);
    this.listen();
  }

  listen() {
    // as it lay when the drag began: the text above may take another line meanwhile, and the hand does not follow
    let inverse = null;
    const drag = (event, ended) => {
      if (!inverse || !this.map) return;
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(inverse);
      const [x, y] = this.map.axes;
      const clamp = (value) => Math.min(1, Math.max(0, value));
      this.move(
        x.low + clamp((at.x - LEFT) / WIDE) * (x.high - x.low),
        y.high - clamp((at.y - TOP) / HIGH) * (y.high - y.low),
        ended,
      );
    };
    const inside = (event) => {
      if (!inverse) return false;
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(inverse);
      return at.x >= LEFT && at.x <= LEFT + WIDE && at.y >= TOP && at.y <= TOP + HIGH;
    };
    let dragging = false;
    this.picture.addEventListener("pointerdown", (event) => {
      inverse = this.picture.getScreenCTM()?.inverse() ?? null;
      if (event.button !== 0 || !this.map || !(inside(event) || event.target.closest(".map-point"))) return;
      dragging = true;
      this.picture.setPointerCapture(event.pointerId);
      this.point.focus({ preventScroll: true });
      drag(event, false);
      event.preventDefault();
    });
    this.picture.addEventListener("pointermove", (event) => {
      if (dragging) drag(event, false);
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      this.picture.addEventListener(kind, (event) => {
        if (!dragging) return;
        dragging = false;
        if (kind === "pointerup") drag(event, true);
      });
    }
  }

  draw(map, show) {
    this.map = map;
    const { cells, entries, bands } = looks(map, show);
    const [columns, rows] = map.axes.map((axis) => axis.cells);
    const [wide, high] = [WIDE / columns, HIGH / rows];
    const defs = svg("defs", {}, ...entries.map((entry) => pattern(`map-${entry.look}`, entry.look, bands)));
    const shapes = [];
    cells.forEach((line, row) => {
      let start = 0;
      for (let column = 1; column <= columns; column++) {
        if (column < columns && line[column] === line[start]) continue;
        shapes.push(
          svg("rect", {
            x: (LEFT + start * wide).toFixed(2),
            y: (TOP + (rows - 1 - row) * high).toFixed(2),
            width: ((column - start) * wide).toFixed(2),
            height: high.toFixed(2),
            fill: line[start] < 0 ? "none" : `url(#map-${line[start]})`,
          }),
        );
        start = column;
      }
    });
    const letters = entries
      .map((entry) => ({ entry, spot: widest(cells, entry.look) }))
      .filter(({ spot }) => spot !== null)
      .map(({ entry, spot }) => {
        const place = { x: LEFT + (spot[1] + 0.5) * wide, y: TOP + (rows - 0.5 - spot[0]) * high + 6 };
        // the middle of the map is where the point stands at first
        if (Math.hypot(place.x - LEFT - WIDE / 2, place.y - TOP - HIGH / 2) < 30) place.y -= HIGH / 8;
        return svg("text", { ...place, class: "map-letter" }, entry.letter);
      });
    const edges = svg("path", { d: borders(cells, wide, high), class: "map-edge" });
    this.cells.replaceChildren(defs, svg("g", { "shape-rendering": "crispEdges" }, ...shapes), edges, ...letters);
    this.drawAxes(map);
  }

  drawAxes(map) {
    const [x, y] = map.axes;
    const parts = [svg("rect", { x: LEFT, y: TOP, width: WIDE, height: HIGH, class: "map-border" })];
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const across = LEFT + part * WIDE;
      const up = TOP + HIGH - part * HIGH;
      parts.push(svg("path", { d: `M${across} ${TOP + HIGH}v5M${LEFT} ${up}h-5`, class: "map-tick" }));
      const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
      parts.push(svg("text", { x: across, y: TOP + HIGH + 20, "text-anchor": anchor, class: "map-number" }, short(x.low + part * (x.high - x.low))));
      const lower = part === 0 ? 0 : part === 1 ? 9 : 4;
      parts.push(svg("text", { x: LEFT - 9, y: up + lower, "text-anchor": "end", class: "map-number" }, short(y.low + part * (y.high - y.low))));
    }
    parts.push(svg("text", { x: LEFT + WIDE / 2, y: TOP + HIGH + 44, "text-anchor": "middle", class: "map-name" }, titled(x)));
    const turn = `rotate(-90 14 ${TOP + HIGH / 2})`;
    parts.push(svg("text", { x: 14, y: TOP + HIGH / 2 + 4, "text-anchor": "middle", transform: turn, class: "map-name" }, titled(y)));
    this.axes.replaceChildren(...parts);
  }

  /** Puts the point where the settings are; beyond the edge it stays on it. */
  place(values, said) {
    if (!this.map) return;
    const [x, y] = this.map.axes;
    const spot = (axis, value) => Math.min(1, Math.max(0, (value - axis.low) / (axis.high - axis.low)));
    const at = (a, b) => `translate(${LEFT + spot(x, a) * WIDE} ${TOP + HIGH - spot(y, b) * HIGH})`;
    this.point.setAttribute("transform", at(values.x, values.y));
    this.base.setAttribute("transform", at(x.base, y.base));
    const told = { label: `Point: ${words(x.name)} across, ${words(y.name)} up; arrow keys move it`, valuenow: plain(values.x), valuemin: plain(x.low), valuemax: plain(x.high), valuetext: said };
    for (const [key, value] of Object.entries(told)) this.point.setAttribute(`aria-${key}`, value);
  }
}

function short(value) {
  return String(Number(value.toPrecision(3)));
}

function titled(axis) {
  const unit = axis.unit && axis.unit.length <= 20 && !axis.name.includes(axis.unit) ? ` (${axis.unit})` : "";
  const text = words(axis.name);
  return (text.length > 48 ? `${text.slice(0, 47)}…` : text) + unit;
}

/** The cell of a look that is furthest from any other look and from the frame; null where there is none. */
function widest(cells, look) {
  const rows = cells.length;
  const columns = cells[0].length;
  const depth = cells.map((line) => line.map((one) => (one === look ? 1e9 : 0)));
  const at = (row, column) => (row < 0 || column < 0 || row >= rows || column >= columns ? 0 : depth[row][column]);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      depth[row][column] = Math.min(depth[row][column], 1 + at(row - 1, column), 1 + at(row, column - 1));
  let most = 0;
  let middle = [0, 0];
  let found = [];
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) {
      depth[row][column] = Math.min(depth[row][column], 1 + at(row + 1, column), 1 + at(row, column + 1));
      if (depth[row][column] > most) [most, found] = [depth[row][column], []];
      if (most > 0 && depth[row][column] === most) found.push([row, column]);
    }
  middle = middle.map((_, n) => found.reduce((sum, spot) => sum + spot[n], 0) / found.length);
  const away = (spot) => Math.abs(spot[0] - middle[0]) + Math.abs(spot[1] - middle[1]);
  return found.reduce((best, spot) => (best === null || away(spot) < away(best) ? spot : best), null);
}

/** Lines between cells that look different. */
function borders(cells, wide, high) {
  const rows = cells.length;
  let path = "";
  cells.forEach((line, row) =>
    line.forEach((one, column) => {
      const left = (LEFT + column * wide).toFixed(2);
      const top = (TOP + (rows - 1 - row) * high).toFixed(2);
      if (column + 1 < line.length && line[column + 1] !== one) path += `M${(LEFT + (column + 1) * wide).toFixed(2)} ${top}v${high.toFixed(2)}`;
      if (row + 1 < rows && cells[row + 1][column] !== one) path += `M${left} ${top}h${wide.toFixed(2)}`;
    }),
  );
  return path;
}

/** The numbers of every cell as a table: one row per value of the upper axis, highest first. */
export function numbers(map, show) {
  const { cells, entries } = looks(map, show);
  const place = map.outcomes.indexOf(show);
  const text = (row, column) => {
    if (cells[row][column] < 0) return "?";
    const which = show === "" ? map.best[row][column] : place;
    return `${entries[cells[row][column]].letter} ${share(which < 0 ? 0 : map.probability[which][row][column])}`;
  };
  const [x, y] = map.axes;
  const head = el("tr", {}, el("th", { scope: "col" }, `${words(y.name)} ↓ ${words(x.name)} →`), ...x.values.map((value) => el("th", { scope: "col", class: "num" }, short(value))));
  const rows = y.values.map((value, row) =>
    el("tr", {}, el("th", { scope: "row", class: "num" }, short(value)), ...x.values.map((_, column) => el("td", { class: "num" }, text(row, column)))),
  );
  return el("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "Numbers of every cell" }, el("table", { class: "data dense" }, el("thead", {}, head), el("tbody", {}, ...rows.reverse())));
}
