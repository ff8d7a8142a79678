// The chart under a pointer: hover, select, lasso, drag a limit, drag and zoom the view.

import { pixelOf } from "./frontier-over.js";

const POINTER_REACH = 17; // pixels within which a point is meant
const POINTER_LASSO = 6; // and from which on a drag is a lasso

export class FrontierPointer {
  constructor(chart) {
    this.chart = chart;
    this.drag = null;
    const on = (name, act, options) => chart.hit.addEventListener(name, act.bind(this), options);
    on("pointermove", this.moved);
    on("pointerleave", this.left);
    on("pointerdown", this.pressed);
    on("pointerup", this.lifted);
    on("pointercancel", this.lifted);
    on("click", this.clicked);
    on("wheel", this.wheeled, { passive: false });
  }

  at(event) {
    const box = this.chart.root.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The nearest point that is drawn there, or null. */
  point([x, y]) {
    const { state, place } = this.chart;
    if (!place) return null;
    let nearest = null;
    let least = POINTER_REACH;
    const test = (point, px, py) => {
      const distance = Math.hypot(px - x, py - y);
      if (distance >= least) return;
      least = distance;
      nearest = point;
    };
    if (y < place.bottom + 2) for (const item of state.scene.items) test(item.point, place.x.at(item.x), place.y.at(item.y));
    for (const point of state.scene.failed) test(point, ...pixelOf(state, place, point));
    return nearest;
  }

  moved(event) {
    const at = this.at(event);
    if (this.drag) {
      this.drag.move(at, event);
      return;
    }
    const point = this.point(at);
    const line = point || !this.chart.place ? null : this.chart.limits.near(at, 5);
    this.chart.hit.style.cursor = point ? "pointer" : { x: "ew-resize", y: "ns-resize" }[line] || "crosshair";
    this.chart.hover(point);
  }

  left() {
    if (document.activeElement !== this.chart.hit) this.chart.hover(null);
  }

  /** A point lies over a limit: a line can be taken anywhere that no point is. */
  pressed(event) {
    const at = this.at(event);
    const touch = event.pointerType === "touch";
    if (!this.chart.place || this.point(at)) return;
    const line = this.chart.limits.near(at, touch ? 14 : 5);
    if (line) this.begin(event, this.limit(line));
    else if (event.altKey || event.button === 1) this.begin(event, this.hold(at));
    else if (!touch && event.button === 0) this.drag = this.lasso(event, at);
  }

  begin(event, drag) {
    event.preventDefault();
    this.chart.hit.setPointerCapture(event.pointerId);
    this.drag = drag;
  }

  lifted() {
    if (this.drag) this.drag.end();
    this.drag = null;
  }

  limit(axis) {
    const { limits, acts } = this.chart;
    return { move: ([x, y]) => limits.set(axis, axis === "x" ? x : y), end: () => acts.settled() };
  }

  /** The view follows the hand. */
  hold(from) {
    const { state, place } = this.chart;
    let before = from;
    const move = (at) => {
      state.pan(-(at[0] - before[0]) / (place.right - place.left), (at[1] - before[1]) / (place.bottom - place.top));
      before = at;
      this.chart.acts.looked();
    };
    return { move, end: () => {} };
  }

  lasso(event, from) {
    const { chart } = this;
    const path = [from];
    const move = (at) => {
      if (path.length === 1 && Math.hypot(at[0] - from[0], at[1] - from[1]) < POINTER_LASSO) return;
      if (path.length === 1) chart.hit.setPointerCapture(event.pointerId);
      path.push(at);
      chart.shown.lasso = path;
      chart.shown.hover = null;
      chart.redraw();
    };
    const end = () => {
      chart.shown.lasso = null;
      if (path.length > 2) chart.acts.caught(this.within(path));
      chart.redraw();
    };
    return { move, end };
  }

  within(path) {
    const { state, place } = this.chart;
    const files = state.scene.items.filter((item) => item.point.row > 0 && isInside([place.x.at(item.x), place.y.at(item.y)], path));
    return files.map((item) => item.point.id);
  }

  clicked(event) {
    const point = this.point(this.at(event));
    if (!point || point.row === 0) return;
    if (point.reason) this.chart.acts.look(point.id);
    else if (event.shiftKey || event.ctrlKey || event.metaKey) this.chart.acts.join(point.id);
    else this.chart.acts.take(point.id);
  }

  /** The wheel zooms while the chart has the focus, or with Ctrl: else the page scrolls on. */
  wheeled(event) {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.chart.hit) return;
    event.preventDefault();
    const { place, state } = this.chart;
    const [x, y] = this.at(event);
    const [across, up] = [(x - place.left) / (place.right - place.left), (place.bottom - y) / (place.bottom - place.top)];
    state.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.005), Math.min(Math.max(across, 0), 1), Math.min(Math.max(up, 0), 1));
    this.chart.acts.looked();
  }
}

/** Whether a place is inside a closed path: a line from it to the right crosses the path an odd number of times. */
export function isInside([x, y], path) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [path[i], path[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
