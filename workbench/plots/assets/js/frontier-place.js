// Where things stand on the frontier chart: edges in pixels, the two scales, round values along them. No DOM here.

import { ticks } from "./format.js";
import { figuresOf } from "./points.js";
import { scaleOf } from "./scale.js";

export const GUTTER = 24;
const PLACE_TAG = [76, 16]; // what the tag at the end of a limit covers, and a mark's own half
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

/** Whether the tag at the right end of the upright limit, at this height, would lie on the baseline's mark: it is put left. */
export function tagAside(state, place, pixel) {
  const { base } = state.scene;
  const [width, half] = PLACE_TAG;
  return Boolean(base) && Math.abs(place.y.at(base.y) - pixel) < half && place.x.at(base.x) > place.right - width;
}

/** Where words `width` wide under the edge of the baseline's interval begin; null where there is no room, or a tag or mark lies. */
export function insideAt(state, place, width) {
  const { base, items } = state.scene;
  const up = state.direction("y") > 0;
  const edge = base ? place.y.at(up ? base.high : base.low) : NaN;
  if (!(edge > place.top - 2 && edge < place.bottom - 40 && place.width > 520)) return null;
  const [left, middle] = [place.left + 6, edge + 11];
  const limit = state.limit("y");
  const tag = limit === null ? (up ? place.bottom : place.top) : Math.min(Math.max(place.y.at(limit), place.top), place.bottom);
  if (tagAside(state, place, tag) && Math.abs(tag - middle) < (limit === null ? 27 : 17)) return null;
  const covered = ({ x, y }) => place.x.at(x) < left + width + 8 && place.x.at(x) > left - 8 && Math.abs(place.y.at(y) - middle) < 13;
  return items.some(covered) ? null : { left, top: edge + 5 };
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
