// The chart: a canvas with marks, and over it elements for axes, limits, rings and words. It is drawn once a frame at most.

import { KeptLayer, penOf } from "./canvas.js";
import { fill, framed, fresh, h } from "./dom.js";
import { FrontierKeys } from "./frontier-keys.js";
import { FrontierLimits } from "./frontier-limits.js";
import { movingOf } from "./frontier-moving.js";
import { axesOver, marksOver } from "./frontier-over.js";
import { paintChart } from "./frontier-paint.js";
import { placeOf } from "./frontier-place.js";
import { FrontierPointer } from "./frontier-pointer.js";
import { drawChart } from "./frontier-save.js";
import { measureTitle } from "./frontier-say.js";
import { inkOf, watchTheme } from "./ink.js";
import { estimateOf } from "./points.js";
import { between } from "./scale.js";
import { word } from "./words.js";

const CHART_FLYING = 3; // so many new files fly to their place; more are just there

export class FrontierChart {
  /**
   * `acts`: { take(id), join(id), caught(ids), star(id), edit(id), say(text), looked(), settled() }, what the panel does about
   * what happens here.
   */
  constructor(host, state, acts) {
    this.host = host;
    this.state = state;
    this.acts = acts;
    this.shown = { hover: null, lasso: null, caught: [], moving: null, flights: null, layer: (pen, draw) => this.layer(pen, draw) };
    this.kept = new KeptLayer();
    this.printed = { name: "frontier", draw: drawChart };
    this.ink = null;
    this.place = null;
    this.motion = null;
    this.steps = null;
    this.redraw = framed(() => this.draw());
    this.limits = new FrontierLimits(state, { moved: () => this.acts.looked(), settled: () => this.acts.settled() });
    this.root = this.built();
    this.keys = new FrontierKeys(this);
    this.pointer = new FrontierPointer(this);
    this.size = [0, 0];
    this.sizes = new ResizeObserver(([entry]) => {
      this.size = [entry.contentRect.width, entry.contentRect.height];
      this.redraw();
    });
    this.sizes.observe(this.root);
    this.unwatch = watchTheme(() => {
      this.ink = null;
      this.redraw();
    });
    this.unheed = host.news.heed("steps", (steps) => this.move(steps));
  }

  built() {
    const help = fresh("wb-help");
    this.canvas = h("canvas", { class: "wb-canvas", aria: { hidden: "true" } });
    this.axes = h("div", { class: "wb-axes", aria: { hidden: "true" } });
    this.over = h("div", { class: "wb-over", aria: { hidden: "true" } });
    this.hit = h("div", { class: "wb-hit", role: "application", tabindex: "0", aria: { describedby: help }, data: { key: "chart" } });
    this.help = h("p", { class: "wb-sr", id: help }, word(this.host.language, "frontier-help"));
    return h("div", { class: "wb-plot" }, this.canvas, this.axes, this.hit, this.limits.elements, this.over, this.help);
  }

  /** The steps of the recipe that is being made, as they move. */
  move(steps) {
    this.steps = steps;
    this.redraw();
  }

  hover(point) {
    if (point === this.shown.hover) return;
    this.shown.hover = point;
    this.redraw();
  }

  draw() {
    const [width, height] = this.size;
    const { state, shown } = this;
    if (!width || !height || !state.data.measure[state.x] || !state.data.measure[state.y]) return;
    const language = this.host.language;
    if (!this.ink) this.ink = inkOf(this.root);
    const pen = penOf(this.canvas, width, height);
    this.place = placeOf(state, width, height, this.motion ? this.motion.view : state.view());
    const recipe = { ...this.host.get("recipe"), structure: (this.host.get("model") || {}).structure };
    shown.moving = state.estimates ? movingOf(state, recipe, this.steps || recipe.steps) : null;
    shown.caught = this.caughtAt();
    paintChart(pen, state, this.place, this.ink, shown);
    fill(this.axes, axesOver(state, this.place, language));
    this.limits.draw(this.place, language);
    fill(this.over, shown.lasso ? [] : marksOver(state, this.place, language, shown));
    const [x, y] = [state.x, state.y].map((name) => measureTitle(language, state.data.measure[name]));
    this.hit.setAttribute("aria-label", word(language, "frontier-name", { x, y }));
  }

  /** The many files off the frontier are drawn again only when they, or the view, have changed: hovering and limits cost none. */
  layer(pen, draw) {
    const { place, ink, state } = this;
    if (this.shown.flights) {
      draw(pen);
      return;
    }
    const { x, y } = place.view;
    const of = [state.scene, ...x, ...y, place.x.log, place.y.log, state.size, state.chosen.join(), ink];
    this.kept.put(pen, of, place.width, place.height, draw);
  }

  caughtAt() {
    const caught = new Set(this.state.picked);
    if (!caught.size) return [];
    const items = this.state.scene.items.filter((item) => caught.has(item.point.id));
    return items.map((item) => [this.place.x.at(item.x), this.place.y.at(item.y)]);
  }

  /** How many files of the scene are outside of what is in view. */
  outside() {
    const { x, y } = this.state.view();
    return this.state.scene.items.filter((item) => item.point.row > 0 && !(item.x >= x[0] && item.x <= x[1] && item.y >= y[0] && item.y <= y[1])).length;
  }

  /** The view goes where the state says, so that a person keeps the place. */
  glide(from) {
    const to = this.state.view();
    const [logX, logY] = [this.state.logOf("x"), this.state.logOf("y")];
    const on = (share) => ({ x: between(from.x, to.x, logX, share), y: between(from.y, to.y, logY, share) });
    this.lasting("--wb-t-2", (share) => (this.motion = share < 1 ? { view: on(share) } : null));
  }

  /** New measured files fly from their estimate to their place: the estimator's error is seen. */
  fly(points) {
    if (!points.length || points.length > CHART_FLYING || !this.place) return;
    const { state } = this;
    const drawn = state.scene.items.filter((item) => points.includes(item.point));
    const items = drawn.filter((item) => estimateOf(state.data, item.point, state.x) !== null);
    const y = state.scene.base ? state.scene.base.y : null;
    if (!items.length || y === null) return;
    this.lasting("--wb-t-3", (share) => {
      if (share >= 1) this.shown.flights = null;
      else this.shown.flights = new Map(items.map((item) => [item.point.id, this.flight(item, y, share)]));
    });
  }

  flight(item, y, share) {
    const { place, state } = this;
    const [fromX, fromY] = [place.x.at(estimateOf(state.data, item.point, state.x)), place.y.at(y)];
    return [fromX + (place.x.at(item.x) - fromX) * share, fromY + (place.y.at(item.y) - fromY) * share];
  }

  /** Calls `act(share)` each frame of a token's time, the share with a soft stop; at once with 1 where motion is off. */
  lasting(token, act) {
    const duration = parseFloat(getComputedStyle(this.root).getPropertyValue(token)) || 0;
    const begun = performance.now();
    const step = (now) => {
      const share = duration ? Math.min((now - begun) / duration, 1) : 1;
      act(1 - (1 - share) ** 3);
      this.redraw();
      if (share < 1) requestAnimationFrame(step);
    };
    step(begun);
  }

  close() {
    this.sizes.disconnect();
    this.unwatch();
    this.unheed();
  }
}
