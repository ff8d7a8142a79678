// Where things stand on the frontier chart: edges in pixels, the two scales, round values along them. No DOM here.

import { ticks } from "./format.js";
import { figuresOf } from "./points.js";
import { scaleOf } from "./scale.js";

export const GUTTER = 24;
const PLACE_WAITING = 20; // from one failed file without a known x to the next

/** Where things stand: edges of the plot in pixels, and the two scales. */
export function placeOf(state, width, height, view = state.view()) {
  const left = width < 420 ? 44 : 52;
  const [right, top, bottom] = [width - 12, 28, height - 66];
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    gutter: bottom + 5 + GUTTER / 2,
    view,
    x: scaleOf(...view.x, state.logOf("x"), left, right),
    y: scaleOf(...view.y, state.logOf("y"), bottom, top),
  };
}

/** Where a failed file's cross stands: at its known x, else at the left end. */
export function crossAt(state, place, point, index) {
  const known = figuresOf(state.data, point, state.x);
  return known ? place.x.at(known[0]) : place.left + 14 + index * Math.min(PLACE_WAITING, (place.right - place.left) / (state.scene.failed.length + 1));
}

/** Round values of both axes. */
export function chartTicks(place) {
  const most = Math.max(5, Math.floor((place.right - place.left) / 84));
  const across = ticks(place.x.low, place.x.high, Math.min(most, 7), place.x.log);
  const up = ticks(place.y.low, place.y.high, Math.max(3, Math.floor((place.bottom - place.top) / 56)), place.y.log);
  return { across: across.filter((v) => tickInside(v, place.x)), up: up.filter((v) => tickInside(v, place.y)) };
}

function tickInside(value, scale) {
  return value >= scale.low && value <= scale.high;
}
