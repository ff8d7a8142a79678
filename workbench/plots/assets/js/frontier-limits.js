// The two limits: lines that can be dragged and moved by keys, each a slider with a name and a value.

import { h } from "./dom.js";
import { tagAside } from "./frontier-place.js";
import { limitSaid, measureTitle } from "./frontier-say.js";
import { word } from "./words.js";

const LIMIT_STEPS = 200; // keys go through the view in so many steps
const LIMIT_KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

export class FrontierLimits {
  /** `acts.moved(axis)` is called after every move, `acts.settled()` when the hand lets go. */
  constructor(state, acts) {
    this.state = state;
    this.acts = acts;
    this.place = null;
    this.at = { x: this.made("x"), y: this.made("y") };
    this.elements = [this.at.y, this.at.x];
  }

  made(axis) {
    const label = h("span", { class: "wb-lim-label" });
    const element = h("div", { class: `wb-lim wb-lim-${axis}`, role: "slider", tabindex: "0", aria: { orientation: axis === "y" ? "vertical" : "horizontal" } }, label);
    element.addEventListener("keydown", (event) => this.key(axis, event));
    label.addEventListener("pointerdown", (event) => this.take(axis, event, label));
    return element;
  }

  /** Puts both lines where they belong, and says their values. */
  draw(place, language) {
    this.place = place;
    for (const axis of ["x", "y"]) this.drawOne(axis, language);
  }

  drawOne(axis, language) {
    const { state, place } = this;
    const element = this.at[axis];
    const measure = state.data.measure[state[axis]];
    const scale = place[axis];
    const value = state.limit(axis);
    const [first, last] = this.edges(axis);
    const pixel = value === null ? this.end(axis) : Math.min(Math.max(scale.at(value), first), last);
    element.classList.toggle("wb-lim-none", value === null);
    element.classList.toggle("wb-lim-first", value === null && pixel === first);
    element.classList.toggle("wb-lim-aside", axis === "y" && tagAside(state, place, pixel));
    element.style.left = axis === "x" ? `${pixel}px` : `${place.left}px`;
    element.style.top = axis === "x" ? "0" : `${pixel}px`;
    element.style[axis === "x" ? "height" : "width"] = `${axis === "x" ? place.bottom : place.right - place.left}px`;
    const said = value === null ? word(language, "frontier-no-limit") : limitSaid(state, axis, value);
    element.firstChild.textContent = value === null ? word(language, "frontier-limit") : said;
    const name = word(language, state.direction(axis) > 0 ? "frontier-at-least" : "frontier-at-most", { measure: measureTitle(language, measure) });
    const now = value === null ? this.worst(axis) : value;
    const told = { "aria-label": name, "aria-valuemin": Math.min(scale.low, now), "aria-valuemax": Math.max(scale.high, now), "aria-valuenow": now, "aria-valuetext": said };
    for (const [key, text] of Object.entries(told)) element.setAttribute(key, text);
  }

  /** The pixels between which a line can stand, the smaller one first. */
  edges(axis) {
    const { left, right, top, bottom } = this.place;
    return axis === "x" ? [left, right] : [top, bottom];
  }

  /** Where a limit that is not set is parked: the end of the axis where everything is allowed. */
  end(axis) {
    const [first, last] = this.edges(axis);
    if (axis === "x") return this.state.direction("x") < 0 ? last : first;
    return this.state.direction("y") > 0 ? last : first;
  }

  worst(axis) {
    const { low, high } = this.place[axis];
    return this.state.direction(axis) > 0 ? low : high;
  }

  /** Whether the pointer is at a line: "x", "y" or null. */
  near([x, y], tolerance) {
    const { place, state } = this;
    const [limitX, limitY] = [state.limit("x"), state.limit("y")];
    if (limitX !== null && Math.abs(x - place.x.at(limitX)) < tolerance && y < place.bottom) return "x";
    return limitY !== null && Math.abs(y - place.y.at(limitY)) < tolerance && x > place.left ? "y" : null;
  }

  /** A line at the worst end is none. */
  set(axis, pixel) {
    const [first, last] = this.edges(axis);
    const at = Math.min(Math.max(pixel, first), last);
    const none = Math.abs(at - this.end(axis)) < 3;
    this.state.setLimit(axis, none ? null : this.rounded(axis, this.place[axis].back(at)));
    this.acts.moved(axis);
  }

  rounded(axis, value) {
    const measure = this.state.data.measure[this.state[axis]];
    return measure.unit === "share" ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(3));
  }

  take(axis, event, holder) {
    event.preventDefault();
    holder.setPointerCapture(event.pointerId);
    this.at[axis].focus({ preventScroll: true });
    const box = this.at[axis].parentElement.getBoundingClientRect();
    const move = (moved) => this.set(axis, axis === "x" ? moved.clientX - box.left : moved.clientY - box.top);
    const drop = () => {
      holder.removeEventListener("pointermove", move);
      this.acts.settled();
    };
    holder.addEventListener("pointermove", move);
    holder.addEventListener("pointerup", drop, { once: true });
    holder.addEventListener("pointercancel", drop, { once: true });
  }

  key(axis, event) {
    const step = LIMIT_KEYS[event.key] * (event.shiftKey ? 5 : 1);
    const [first, last] = this.edges(axis);
    const ends = { Home: axis === "x" ? first : last, End: axis === "x" ? last : first, Delete: this.end(axis) };
    if (!step && !(event.key in ends)) return;
    event.preventDefault();
    if (event.key in ends) this.set(axis, ends[event.key]);
    else this.step(axis, step);
    this.acts.settled();
  }

  /** A share moves by 0.1 points; anything else by a two-hundredth of what is in view, and always by what can be seen. */
  step(axis, count) {
    const { state, place } = this;
    const scale = place[axis];
    const value = state.limit(axis);
    const from = value === null ? this.worst(axis) : value;
    const pixel = scale.at(from) + (count * (scale.at(scale.high) - scale.at(scale.low))) / LIMIT_STEPS;
    const unit = state.data.measure[state[axis]].unit;
    const next = unit === "share" ? from + count * 0.001 : scale.back(pixel);
    const rounded = this.rounded(axis, next);
    const moved = rounded === value ? next : rounded;
    const [low, high] = [scale.low, scale.high];
    const beyond = state.direction(axis) > 0 ? moved <= low : moved >= high;
    state.setLimit(axis, beyond ? null : Math.min(Math.max(moved, low), high));
    this.acts.moved(axis);
  }
}
