// Parallel coordinates on a canvas, or on anything else that takes the same strokes: a line a file, those outside the limits faded.

import { parallelLine, withinLimits } from "./parallel-place.js";
import { FAMILY_KEYS } from "./shapes.js";

const LINE_BEND = 0.42;
const LINE_KINDS = [
  { width: 1, alpha: 0.3 }, // outside the limits
  { width: 1.25, alpha: 0.6 },
  { width: 1.75, alpha: 0.95 }, // within them, and on the frontier
];

/** `told` is the file in hand or under the pointer; `layer(pen, draw)` may keep what `draw(pen)` draws. */
export function paintParallel(pen, state, place, ink, { told, layer }) {
  pen.lineJoin = "round";
  const all = (on) => paintLines(on, state, place, ink);
  if (layer) layer(pen, all);
  else all(pen);
  paintAxes(pen, place, ink);
  if (told) paintTold(pen, place, ink, told);
}

function paintLines(pen, state, place, ink) {
  const kinds = LINE_KINDS.map(() => new Map(FAMILY_KEYS.map((key) => [key, []])));
  for (const item of state.scene.items) {
    if (item.point.row === 0) continue;
    const kind = withinLimits(state, item) ? (state.scene.on.has(item.point.id) ? 2 : 1) : 0;
    kinds[kind].get(item.point.family).push(parallelLine(place, item.point));
  }
  kinds.forEach((families, kind) => {
    pen.globalAlpha = LINE_KINDS[kind].alpha;
    pen.lineWidth = LINE_KINDS[kind].width;
    for (const [family, lines] of families) if (lines.length) strokeLines(pen, ink.family[family], lines);
  });
  pen.globalAlpha = 1;
  if (!state.scene.base) return;
  pen.setLineDash([1, 3]);
  pen.lineWidth = 1;
  strokeLines(pen, ink["ink-2"], [parallelLine(place, state.scene.base.point)]);
  pen.setLineDash([]);
}

function strokeLines(pen, colour, lines) {
  pen.strokeStyle = colour;
  pen.beginPath();
  for (const line of lines) traceLine(pen, line);
  pen.stroke();
}

/** From axis to axis, level at each: a line is followed by the eye through its crossings. It breaks where a figure is missing. */
function traceLine(pen, corners) {
  let before = null;
  for (const corner of corners) {
    if (corner && before) {
      const bend = (corner[0] - before[0]) * LINE_BEND;
      pen.bezierCurveTo(before[0] + bend, before[1], corner[0] - bend, corner[1], corner[0], corner[1]);
    } else if (corner) pen.moveTo(...corner);
    before = corner;
  }
}

function paintAxes(pen, place, ink) {
  pen.strokeStyle = ink.edge;
  pen.lineWidth = 1;
  pen.beginPath();
  place.axes.forEach((_, k) => {
    const x = Math.round(place.x(k)) + 0.5;
    pen.moveTo(x, place.top - 4);
    pen.lineTo(x, place.bottom + 4);
  });
  pen.stroke();
}

/** The file that is told of: its own colour, with a pale border. */
function paintTold(pen, place, ink, point) {
  const line = [parallelLine(place, point)];
  const colour = point.row ? ink.family[point.family] : ink.ink;
  pen.globalAlpha = 0.28;
  pen.lineWidth = 7;
  strokeLines(pen, colour, line);
  pen.globalAlpha = 1;
  pen.lineWidth = 2.75;
  strokeLines(pen, colour, line);
}
