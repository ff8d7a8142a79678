// The frontier chart on a canvas, back to front; or on anything else that takes the same strokes (an SVG).

import { farFiles, keptWithin, nearFiles, paintFiles } from "./frontier-files.js";
import { chartTicks, crossAt, GUTTER } from "./frontier-place.js";
import { estimateOf } from "./points.js";
import { staircase } from "./pareto.js";
import { addMark, FAMILY_KEYS } from "./shapes.js";

const HAIRLINE = 1;

/**
 * Draws everything. `shown` has what is not of the data: { hover, lasso, moving, caught: [[x, y]], flights: id -> [x, y] in
 * pixels, layer }. `layer(pen, draw)` may keep what `draw(pen)` draws: the many files off the frontier.
 */
export function paintChart(pen, state, place, ink, shown) {
  pen.save();
  pen.beginPath();
  pen.rect(place.left, place.top, place.right - place.left, place.bottom - place.top);
  pen.clip();
  paintGround(pen, state, place, ink);
  paintFrontier(pen, state, place, ink);
  const far = (on) => paintFiles(on, place, ink, farFiles(state, place, shown), 0);
  if (shown.layer) shown.layer(pen, far);
  else far(pen);
  paintLinks(pen, state, place, ink, shown);
  for (const stands of [1, 2]) paintFiles(pen, place, ink, nearFiles(state, place, shown, stands), stands);
  paintBaseline(pen, state, place, ink);
  paintHand(pen, place, ink, shown);
  pen.restore();
  paintGutter(pen, state, place, ink);
}

function paintGround(pen, state, place, ink) {
  const { base } = state.scene;
  const { left, right, top, bottom } = place;
  if (base) {
    pen.fillStyle = ink.well;
    pen.fillRect(left, place.y.at(base.high), right - left, place.y.at(base.low) - place.y.at(base.high));
  }
  const { across, up } = chartTicks(place);
  pen.lineWidth = HAIRLINE;
  pen.strokeStyle = ink.line;
  pen.beginPath();
  for (const value of up) paintLevel(pen, place, value);
  for (const value of across) paintUpright(pen, place, value);
  pen.stroke();
  paintWindow(pen, state, place, ink);
  if (!base) return;
  pen.setLineDash([1, 3]);
  pen.strokeStyle = ink["ink-2"];
  pen.beginPath();
  paintLevel(pen, place, base.y);
  pen.stroke();
  pen.setLineDash([]);
}

function paintLevel(pen, place, value) {
  const y = Math.round(place.y.at(value)) + 0.5;
  pen.moveTo(place.left, y);
  pen.lineTo(place.right, y);
}

function paintUpright(pen, place, value) {
  const x = Math.round(place.x.at(value)) + 0.5;
  pen.moveTo(x, place.top);
  pen.lineTo(x, place.bottom);
}

/** The window that the limits leave open. */
function paintWindow(pen, state, place, ink) {
  const [atX, atY] = [state.limit("x"), state.limit("y")];
  if (atX === null && atY === null) return;
  const x = atX === null ? null : place.x.at(atX);
  const y = atY === null ? null : place.y.at(atY);
  const [from, to] = x === null ? [place.left, place.right] : state.direction("x") < 0 ? [place.left, x] : [x, place.right];
  const [high, low] = y === null ? [place.top, place.bottom] : state.direction("y") > 0 ? [place.top, y] : [y, place.bottom];
  pen.globalAlpha = 0.075;
  pen.fillStyle = ink.accent;
  pen.fillRect(from, high, to - from, low - high);
  pen.globalAlpha = 1;
}

/** The frontier and the band of its intervals; both run on to that end of x where everything is allowed. */
function paintFrontier(pen, state, place, ink) {
  const { front } = state.scene;
  if (!front.length) return;
  const end = state.direction("x") < 0 ? place.right : place.left;
  const line = (of) => {
    const corners = staircase(front.map((item) => ({ x: item.x, y: of(item) }))).map(({ x, y }) => [place.x.at(x), place.y.at(y)]);
    return [[end, corners[0][1]], ...corners];
  };
  pen.globalAlpha = 0.055;
  pen.fillStyle = ink["ink-base"];
  tracePath(pen, [...line((item) => finiteOr(item.high, item.y)), ...line((item) => finiteOr(item.low, item.y)).reverse()]);
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = ink.ink;
  pen.lineWidth = 1.5;
  pen.lineJoin = "round";
  tracePath(pen, line((item) => item.y));
  pen.stroke();
}

function finiteOr(value, otherwise) {
  return Number.isFinite(value) ? value : otherwise;
}

function tracePath(pen, corners) {
  pen.beginPath();
  corners.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
}

/** Estimates joined to what was measured, of files in hand and under the pointer; and of files that are still at work. */
function paintLinks(pen, state, place, ink, { hover }) {
  if (!state.estimates) return;
  const base = state.scene.base;
  for (const item of state.scene.items) {
    const { point } = item;
    const estimated = estimateOf(state.data, point, state.x);
    if (!estimated || !(state.chosen.includes(point.id) || point === hover)) continue;
    paintHollow(pen, place, ink, point.family, [place.x.at(estimated), place.y.at(item.y)], [place.x.at(item.x), place.y.at(item.y)]);
  }
  for (const point of base ? state.scene.working : []) {
    const estimated = estimateOf(state.data, point, state.x);
    if (estimated) paintHollow(pen, place, ink, point.family, [place.x.at(estimated), place.y.at(base.y)], null);
  }
}

function paintHollow(pen, place, ink, family, [x, y], to) {
  pen.strokeStyle = ink.family[family];
  pen.lineWidth = HAIRLINE;
  if (to) {
    tracePath(pen, [[x, y], to]);
    pen.stroke();
  }
  pen.beginPath();
  addMark(pen, family, x, y, 3.6);
  pen.fillStyle = ink.paper;
  pen.fill();
  pen.lineWidth = 1.7;
  pen.stroke();
}

/** The baseline: an open ring with its centre, in ink. */
function paintBaseline(pen, state, place, ink) {
  const { base } = state.scene;
  if (!base) return;
  const [x, y] = [place.x.at(base.x), place.y.at(base.y)];
  pen.strokeStyle = ink.ink;
  pen.lineWidth = HAIRLINE;
  tracePath(pen, [[x, place.y.at(base.low)], [x, place.y.at(base.high)]]);
  pen.stroke();
  pen.fillStyle = ink.paper;
  pen.lineWidth = 1.75;
  pen.beginPath();
  addMark(pen, "q", x, y, 6.5);
  pen.fill();
  pen.stroke();
  pen.fillStyle = ink.ink;
  pen.beginPath();
  addMark(pen, "q", x, y, 2.5);
  pen.fill();
}

/** What is the person's own: the lasso, what it caught, the estimate of the recipe that is being made. */
function paintHand(pen, place, ink, { lasso, caught, moving }) {
  pen.strokeStyle = ink.accent;
  if (lasso) {
    tracePath(pen, lasso);
    pen.closePath();
    pen.globalAlpha = 0.08;
    pen.fillStyle = ink.accent;
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1.25;
    pen.stroke();
  }
  pen.lineWidth = 1.5;
  for (const [x, y] of caught || []) {
    pen.beginPath();
    addMark(pen, "q", x, y, 9.5);
    pen.stroke();
  }
  if (!moving) return;
  const [x, y] = [place.x.at(moving.x), place.y.at(moving.y)];
  pen.setLineDash([2, 2]);
  pen.lineWidth = HAIRLINE;
  tracePath(pen, [[x, keptWithin(place.y.at(moving.low), place.top, place.bottom)], [x, keptWithin(place.y.at(moving.high), place.top, place.bottom)]]);
  pen.stroke();
  tracePath(pen, [[x - 14, y], [x + 14, y]]);
  pen.stroke();
  pen.setLineDash([]);
  pen.lineWidth = 1.7;
  pen.beginPath();
  addMark(pen, moving.family, x, y, 7);
  pen.stroke();
}

/** Failed files, in a strip of their own; and the line that the chart stands on. */
function paintGutter(pen, state, place, ink) {
  const { left, right, bottom, gutter: middle } = place;
  pen.strokeStyle = ink.edge;
  pen.lineWidth = HAIRLINE;
  tracePath(pen, [[left, bottom + 0.5], [right, bottom + 0.5]]);
  pen.stroke();
  if (!state.scene.failed.length) return;
  pen.fillStyle = ink.well;
  pen.fillRect(left, middle - GUTTER / 2, right - left, GUTTER);
  pen.lineWidth = 2;
  state.scene.failed.forEach((point, index) => {
    const x = crossAt(state, place, point, index);
    if (x < left || x > right) return;
    pen.strokeStyle = ink.family[point.family];
    tracePath(pen, [[x - 4, middle - 4], [x + 4, middle + 4]]);
    pen.stroke();
    tracePath(pen, [[x + 4, middle - 4], [x - 4, middle + 4]]);
    pen.stroke();
  });
}
