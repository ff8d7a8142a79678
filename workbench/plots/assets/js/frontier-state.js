// What the frontier panel looks at: measures, families, limits, the part that is in view; and what follows from that, worked
// out once a change. No DOM here.

import { best, frontier, nearest } from "./pareto.js";
import { figuresOf, readPoints } from "./points.js";
import { aired, movedRange, zoomedRange } from "./scale.js";
import { heightOf, reach } from "./view.js";

const STATE_GONE = new Set(["failed", "interrupted"]);
const STATE_AIR = 0.07;
const STATE_ROOM = 20; // half the channels in 8 bits are a sixteenth of the bytes
const STATE_FEW = 8;
const STATE_MOST = 5; // files in a comparison
const STATE_LETTERS = "ABCDE";
const STATE_ESTIMATED = ["size_bytes", "parameters", "macs"];

export class FrontierState {
  constructor() {
    this.data = readPoints(null);
    this.given = null;
    this.x = "size_bytes";
    this.y = "";
    this.size = "";
    this.logs = { x: null, y: null };
    this.off = new Set();
    this.limits = { x: null, y: undefined };
    this.span = "frontier";
    this.zoomed = null;
    this.estimates = true;
    this.chosen = [];
    this.letters = {}; // of files in the comparison
    this.kept = new Set();
    this.picked = [];
    this.looked = null; // a failed file that was looked at
    this.offered = ""; // the file that would be published while none is chosen
    this.held = null;
    this.seen = null;
  }

  /** New values from the study. Where only what is chosen has changed, the same files are not read again. */
  take(given) {
    const { points = null, study = "", chosen = [], letters = {} } = given || {};
    if (!points || points !== this.given || study !== this.data.study) this.read(given);
    this.given = points;
    this.adopt(chosen);
    this.letters = lettered({ ...this.letters, ...letters }, this.chosen);
  }

  /** New files. What was looked at stays, as far as it is still there. */
  read(given) {
    const before = this.data;
    this.data = readPoints(given);
    if (before.study !== this.data.study) this.forget();
    if (!this.data.measure[this.y]) this.y = this.data.metric;
    if (!this.data.measure[this.x]) this.x = this.data.measure.size_bytes ? "size_bytes" : (this.data.measures[1] || { name: "" }).name;
    if (!this.data.measure[this.size]) this.size = "";
    this.picked = this.picked.filter((id) => this.point(id));
    this.changed();
  }

  /** Files that were chosen elsewhere: where there are several, they are in the comparison. */
  adopt(ids) {
    if (ids.join() === this.chosen.join()) return;
    this.choose(ids);
    if (ids.length > 1) this.kept = new Set(ids);
  }

  forget() {
    this.limits = { x: null, y: undefined };
    this.off.clear();
    this.picked = [];
    this.kept.clear();
    this.zoomed = null;
  }

  /** The files in hand, the first one before all others: those behind it are in the comparison. */
  choose(ids) {
    this.letters = lettered(this.letters, ids);
    this.chosen = [...ids];
    this.kept = new Set([...ids.slice(1), ...ids.slice(0, 1).filter((id) => this.kept.has(id))]);
    this.seen = null;
  }

  /** A file comes into the hand, and those in the comparison stay there; taken again, it is put there too. */
  takeUp(id) {
    this.looked = null;
    if (this.chosen[0] === id) this.kept.add(id);
    else this.choose([id, ...this.chosen.filter((other) => other !== id && this.kept.has(other))].slice(0, STATE_MOST));
    return this.chosen;
  }

  /** Whether a file stands in the comparison: it was put there, or others stand beside it. */
  compared(id) {
    return this.kept.has(id) || (this.chosen.length > 1 && this.chosen.includes(id));
  }

  /** Into the comparison, or out of it. The last one stays in the hand. */
  keep(id) {
    if (!this.compared(id)) return this.chosen[0] === id ? this.takeUp(id) : this.join(id);
    this.kept.delete(id);
    if (this.chosen.length > 1) this.choose(this.chosen.filter((other) => other !== id));
    return this.chosen;
  }

  /** A file joins those in the comparison, or leaves them. The oldest makes room. */
  join(id) {
    const others = this.chosen.filter((other) => other !== id);
    if (others.length < this.chosen.length && others.length) this.choose(others);
    else this.choose([...others.slice(0, 1), ...others.slice(1).slice(2 - STATE_MOST), id]);
    for (const one of this.chosen) this.kept.add(one);
    return this.chosen;
  }

  changed() {
    this.held = null;
    this.seen = null;
  }

  look(values) {
    if (values.x && values.x !== this.x) this.limits.x = null;
    if (values.y && values.y !== this.y) this.limits.y = undefined;
    if (values.x || values.y) this.zoomed = null;
    Object.assign(this, values);
    this.changed();
  }

  point(id) {
    return this.data.points.find((point) => point.id === id) || null;
  }

  /** The file whose figures are told: a failed one that was looked at, else the one in hand, else the one that is offered. */
  get told() {
    return (this.looked && this.point(this.looked)) || this.hand || (this.offered && this.point(this.offered)) || null;
  }

  get hand() {
    return this.chosen.length ? this.point(this.chosen[0]) : null;
  }

  direction(axis) {
    const measure = this.data.measure[this[axis]];
    return measure && measure.higher_is_better ? 1 : -1;
  }

  /**
   * The limit on an axis, in the measure's own unit; null where there is none. At first a loss within the margin is allowed; a
   * baseline whose error is 0 sets none, for a share of that is no room, and every file would be outside.
   */
  limit(axis) {
    const set = this.limits[axis];
    if (set !== undefined) return set;
    const base = this.scene.base;
    if (axis !== "y" || this.y !== this.data.metric || !base) return null;
    if (this.direction("y") < 0 && base.y === 0) return null;
    const room = this.direction("y") > 0 ? this.data.margin : this.data.margin * base.y;
    return base.y - this.direction("y") * room;
  }

  setLimit(axis, value) {
    this.limits[axis] = value;
  }

  logOf(axis) {
    const { least, most } = this.scene[axis];
    if (!(least > 0)) return false;
    return this.logs[axis] === null ? axis === "x" && most > 10 * least : this.logs[axis];
  }

  /** Everything that is drawn, of the families that are on: worked out anew only when something changed. */
  get scene() {
    if (!this.held) this.held = sceneOf(this);
    return this.held;
  }

  /** The best file within the limits, or the nearest one and by how much it misses. */
  answer() {
    const files = this.scene.items.filter((item) => item.point.row > 0);
    const limits = { x: this.limit("x"), y: this.limit("y") };
    const directions = [this.direction("x"), this.direction("y")];
    return { limits, best: best(files, limits, ...directions), nearest: nearest(files, limits, ...directions) };
  }

  /** The part in view: { x: [low, high], y: [low, high] }. */
  view() {
    if (this.zoomed) return this.zoomed;
    const { items, base } = this.scene;
    if (!this.seen) this.seen = { x: widthOf(this, items), y: tallOf(this, items, base) };
    return this.seen;
  }

  zoom(factor, across = 0.5, up = 0.5) {
    const { x, y } = this.view();
    this.zoomed = { x: zoomedRange(x, this.logOf("x"), factor, across), y: zoomedRange(y, this.logOf("y"), factor, up) };
  }

  pan(across, up) {
    const { x, y } = this.view();
    this.zoomed = { x: movedRange(x, this.logOf("x"), across), y: movedRange(y, this.logOf("y"), up) };
  }

  reset(span = this.span) {
    this.zoomed = null;
    this.seen = null;
    this.span = span;
  }
}

/** A letter for each of these files: the one it has, or the first that is free. */
export function lettered(before, ids) {
  const kept = Object.fromEntries(ids.filter((id) => id in before).map((id) => [id, before[id]]));
  const free = [...STATE_LETTERS].filter((letter) => !Object.values(kept).includes(letter));
  return Object.fromEntries(ids.map((id) => [id, kept[id] || free.shift() || ""]));
}

function sceneOf(state) {
  const { data, x, y, off } = state;
  const items = [];
  const scene = { items, base: null, front: [], on: new Set(), failed: [], cancelled: [], working: [], lacking: [], hidden: [], off: [] };
  for (const point of data.baseline ? [data.baseline, ...data.points] : data.points) {
    if (STATE_GONE.has(point.status)) (off.has(point.family) ? scene.off : scene.failed).push(point);
    else if (point.status === "cancelled") scene.cancelled.push(point);
    else if (point.status !== "measured") scene.working.push(point);
    else if (point.hidden) scene.hidden.push(point);
    else if (point.row > 0 && off.has(point.family)) scene.off.push(point);
    else putItem(scene, itemOf(data, point, x, y, state.size));
  }
  scene.front = frontier(items, state.direction("x"), state.direction("y"));
  for (const item of scene.front) scene.on.add(item.point.id);
  scene.x = endsOf(items, (item) => item.x);
  scene.y = endsOf(items, (item) => item.y);
  scene.size = endsOf(items, (item) => item.size);
  return scene;
}

function putItem(scene, { item, point }) {
  if (!item) {
    scene.lacking.push(point);
    return;
  }
  scene.items.push(item);
  if (point.row === 0) scene.base = item;
}

function itemOf(data, point, x, y, size) {
  const across = figuresOf(data, point, x);
  const up = figuresOf(data, point, y);
  if (!across || !up) return { item: null, point };
  const third = size ? figuresOf(data, point, size) : null;
  const item = { point, x: across[0], xLow: across[1], xHigh: across[2], y: up[0], low: up[1], high: up[2], size: third ? third[0] : NaN };
  return { item, point };
}

function endsOf(items, of) {
  let least = Infinity;
  let most = -Infinity;
  for (const item of items) {
    const value = of(item);
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** Across: every file, and the known sizes of failed ones; with few files there is room for what a recipe may give. */
function widthOf(state, items) {
  const log = state.logOf("x");
  let [low, high] = reach(items.map((item) => ({ y: item.x, low: item.xLow, high: item.xHigh })));
  if (!(low <= high)) return log ? [1, 10] : [0, 1];
  for (const point of state.scene.failed) {
    const known = figuresOf(state.data, point, state.x);
    if (known) [low, high] = [Math.min(low, known[0]), Math.max(high, known[0])];
  }
  if (items.length <= STATE_FEW && STATE_ESTIMATED.includes(state.x) && low > 0) low = Math.min(low, high / STATE_ROOM);
  if (log && low <= 0) low = state.scene.x.least / 2;
  return aired(low, high, log, STATE_AIR);
}

function tallOf(state, items, base) {
  if (!items.length) return state.logOf("y") ? [1, 10] : [0, 1];
  const marks = items.filter((item) => item !== base).map((item) => ({ ...item, ...standing(state, item) }));
  let [low, high] = state.span === "all" ? aired(...reach(items), state.logOf("y"), 0.06) : heightOf(marks, base, state.direction("y"));
  const limit = state.limit("y");
  if (limit !== null && items.length <= STATE_FEW) [low, high] = [Math.min(low, limit - (high - low) * 0.1), Math.max(high, limit)];
  return state.logOf("y") && low <= 0 ? [state.scene.y.least / 1.2, high] : [low, high];
}

function standing(state, item) {
  const chosen = state.chosen.includes(item.point.id);
  return { held: chosen || state.scene.on.has(item.point.id), chosen };
}
