// The mark of each family: its shape says the same as its colour. One set of corners for the canvas and for the page.

import { svg } from "./dom.js";

const CORNERS = {
  p: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  pq: [[0, -1.24], [1.24, 0], [0, 1.24], [-1.24, 0]],
  dq: [[0, -1.22], [1.16, 0.86], [-1.16, 0.86]],
  d: [[0, 1.22], [1.16, -0.86], [-1.16, -0.86]],
  pdq: [[0, -1.16], [1.1, -0.36], [0.68, 0.94], [-0.68, 0.94], [-1.1, -0.36]],
  pd: [[-0.42, -1.15], [0.42, -1.15], [0.42, -0.42], [1.15, -0.42], [1.15, 0.42], [0.42, 0.42], [0.42, 1.15], [-0.42, 1.15], [-0.42, 0.42], [-1.15, 0.42], [-1.15, -0.42], [-0.42, -0.42]],
  b: [[-0.42, -1], [0.42, -1], [1, -0.42], [1, 0.42], [0.42, 1], [-0.42, 1], [-1, 0.42], [-1, -0.42]],
  other: [[-1.15, -0.5], [1.15, -0.5], [1.15, 0.5], [-1.15, 0.5]],
};

/** In the order of the legend. */
export const FAMILY_KEYS = ["q", "p", "pd", "d", "pq", "dq", "pdq", "b", "other"];

/** Adds a mark of that radius to the pen's path. A family without corners is a circle. */
export function addMark(pen, family, x, y, radius) {
  const corners = CORNERS[family];
  if (!corners) {
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  pen.moveTo(x + corners[0][0] * radius, y + corners[0][1] * radius);
  for (let k = 1; k < corners.length; k += 1) pen.lineTo(x + corners[k][0] * radius, y + corners[k][1] * radius);
  pen.closePath();
}

/** The mark as a small picture beside a name. The baseline (`ring`) is an open ring with its centre. */
export function glyph(family, { size = 14, hollow = false, ring = false } = {}) {
  const colour = `var(--wb-fam-${family})`;
  const box = { viewBox: "-1.5 -1.5 3 3", width: size, height: size, class: "wb-glyph", aria: { hidden: "true" } };
  if (ring) {
    const outer = svg("circle", { r: 1.1, fill: "none", stroke: "currentColor", "stroke-width": 0.36 });
    return svg("svg", box, outer, svg("circle", { r: 0.45, fill: "currentColor" }));
  }
  const style = hollow ? { fill: "none", stroke: colour, "stroke-width": "0.34" } : { fill: colour };
  const corners = CORNERS[family];
  const shape = corners ? svg("polygon", { points: corners.map((corner) => corner.join()).join(" "), style }) : svg("circle", { r: 1, style });
  return svg("svg", box, shape);
}

/** The sign of a loss, for people who do not see its colour: = none, one arrow down for a small one, two for a large one. */
export function lossSign(loss, size = 14) {
  const strokes = {
    none: "M3 5h8M3 9h8",
    small: "M7 2.5v9m-3-3 3 3 3-3",
    large: "M7 1.5v11M3.5 5 7 8.5 10.5 5M3.5 9 7 12.5 10.5 9",
    unknown: "M5 5a2 2 0 1 1 2.6 1.9c-.4.2-.6.5-.6 1.1M7 10.5v.1",
  };
  const line = { d: strokes[loss] || strokes.unknown, fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg("svg", { viewBox: "0 0 14 14", width: size, height: size, class: `wb-loss wb-loss-${loss}`, aria: { hidden: "true" } }, svg("path", line));
}
