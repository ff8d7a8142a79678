// The view Parallel of the frontier: every file a line across all axes. The same files, limits and keys as the chart.

import { KeptLayer, penOf } from "./canvas.js";
import { fill, framed, fresh, h } from "./dom.js";
import { FrontierKeys } from "./frontier-keys.js";
import { placeOf } from "./frontier-place.js";
import { limitSaid } from "./frontier-say.js";
import { inkOf, watchTheme } from "./ink.js";
import { parallelOver, parallelTold } from "./parallel-over.js";
import { paintParallel } from "./parallel-paint.js";
import { parallelNear, parallelPlace } from "./parallel-place.js";
import { drawParallel } from "./parallel-save.js";
import { word } from "./words.js";

const PARALLEL_REACH = 14; // pixels within which a line is meant
const PARALLEL_GRIP = 12; // and a limit

export class FrontierParallel {
  /** `acts` as the chart's. */
  constructor(host, state, acts) {
    Object.assign(this, { host, state, acts, shown: { hover: null }, ink: null, place: null, lines: null, laid: [], drag: null, size: [0, 0], kept: new KeptLayer(), printed: { name: "parallel", draw: drawParallel } });
    this.redraw = framed(() => this.draw());
    this.root = this.built();
    this.keys = new FrontierKeys(this);
    this.sizes = new ResizeObserver(([entry]) => {
      this.size = [entry.contentRect.width, entry.contentRect.height];
      this.redraw();
    });
    this.sizes.observe(this.root);
    this.unwatch = watchTheme(() => {
      this.ink = null;
      this.redraw();
    });
  }

  built() {
    const help = fresh("wb-help");
    const language = this.host.language;
    this.canvas = h("canvas", { class: "wb-canvas", aria: { hidden: "true" } });
    this.fixed = h("div", {});
    this.figures = h("div", {});
    this.over = h("div", { class: "wb-over", aria: { hidden: "true" } }, this.fixed, this.figures);
    const listen = { onpointermove: (event) => this.moved(event), onpointerleave: () => this.left(), onpointerdown: (event) => this.pressed(event), onpointerup: () => this.lifted(), onpointercancel: () => this.lifted(), onclick: (event) => this.clicked(event) };
    this.hit = h("div", { class: "wb-hit wb-hit-lines", role: "application", tabindex: "0", aria: { label: word(language, "parallel-name"), describedby: help }, data: { key: "parallel" }, ...listen });
    return h("div", { class: "wb-plot wb-lines", hidden: true }, this.canvas, this.hit, this.over, h("p", { class: "wb-sr", id: help }, word(language, "frontier-help")));
  }

  hover(point) {
    if (point === this.shown.hover) return;
    this.shown.hover = point;
    this.redraw();
  }

  /** The chart's view glides; these axes show all of it. */
  glide() {}

  /** The file that carries its figures: under the pointer, in hand, or else the best one. */
  get told() {
    const { hover } = this.shown;
    if (hover && !hover.reason) return hover;
    const { best } = this.state.answer();
    return this.state.hand || (best && best.point) || null;
  }

  draw() {
    const [width, height] = this.size;
    const { state } = this;
    if (this.root.hidden || !width || !height || !state.data.measure[state.x] || !state.data.measure[state.y]) return;
    if (!this.ink) this.ink = inkOf(this.root);
    this.place = placeOf(state, width, height);
    this.layOut(width, height);
    // The many lines change with the files, the limits and the place: hovering draws none of them again.
    const of = [state.scene, state.limit("x"), state.limit("y"), this.ink];
    const layer = (pen, draw) => this.kept.put(pen, of, width, height, draw);
    const { told, shown, lines, host } = this;
    paintParallel(penOf(this.canvas, width, height), state, lines, this.ink, { told, layer });
    fill(this.figures, parallelTold(lines, host.language, { told, failed: shown.hover && shown.hover.reason ? shown.hover : null }));
  }

  /** Axes, and where thousands of files stand on them: made anew only with the files, the measures, the limits or the size. */
  layOut(width, height) {
    const { state } = this;
    const of = [state.scene, width, height, state.limit("x"), state.limit("y")];
    if (this.lines && of.every((one, k) => one === this.laid[k])) return;
    this.laid = of;
    this.lines = parallelPlace(state, width, height);
    fill(this.fixed, parallelOver(state, this.lines, this.host.language));
  }

  at(event) {
    const box = this.root.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  point(event) {
    return this.lines ? parallelNear(this.lines, this.at(event), PARALLEL_REACH) : null;
  }

  /** The limit that a hand is at: its axis's number and "x" or "y". */
  grip([x, y]) {
    const { lines, state } = this;
    for (const axis of lines ? ["x", "y"] : []) {
      const k = lines.axes.findIndex((one) => one.name === state[axis]);
      const limit = state.limit(axis);
      const at = k < 0 || limit === null ? NaN : lines.at(k, limit);
      if (Math.abs(at - y) < PARALLEL_GRIP / 2 && Math.abs(lines.x(k) - x) < PARALLEL_GRIP) return { k, axis };
    }
    return null;
  }

  moved(event) {
    const at = this.at(event);
    if (this.drag) {
      const { k, axis } = this.drag;
      const { scales, top, bottom } = this.lines;
      const value = scales[k].back(Math.min(Math.max(at[1], top), bottom));
      const share = this.state.data.measure[this.state[axis]].unit === "share";
      this.state.setLimit(axis, share ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(3)));
      this.acts.say(limitSaid(this.state, axis, this.state.limit(axis)));
      this.acts.looked();
      return;
    }
    const grip = this.grip(at);
    const point = grip ? null : this.point(event);
    this.hit.style.cursor = grip ? "ns-resize" : point ? "pointer" : "default";
    this.hover(point);
  }

  left() {
    if (document.activeElement !== this.hit) this.hover(null);
  }

  pressed(event) {
    this.drag = this.grip(this.at(event));
    if (this.drag) this.hit.setPointerCapture(event.pointerId);
  }

  lifted() {
    if (this.drag) this.acts.settled();
    this.held = this.drag !== null;
    this.drag = null;
  }

  clicked(event) {
    const point = this.held ? null : this.point(event);
    this.held = false;
    if (!point || point.row === 0) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.acts.join(point.id);
    else this.acts.take(point.id);
  }

  close() {
    this.sizes.disconnect();
    this.unwatch();
  }
}
