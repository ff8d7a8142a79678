// The view Parallel as a file: its lines with titles and ends of the axes, the limits, the file in hand, and what colours mean.

import { figure } from "./format.js";
import { countSaid, nameOf } from "./frontier-say.js";
import { axisFigure, axisTitle } from "./parallel-over.js";
import { paintParallel } from "./parallel-paint.js";
import { parallelPlace } from "./parallel-place.js";
import { FAMILY_KEYS } from "./shapes.js";
import { word } from "./words.js";

const PRINT_LETTER = 6.4; // pixels of a letter, about: a pen that writes SVG can't measure
const PRINT_LINE = 14;
const PRINT_LEGEND = 22; // pixels below the view, for its legend

/** Draws all of it; no file is told of but the one in hand. */
export function drawParallel(pen, { state, ink }, language, width, height) {
  const place = parallelPlace(state, width, height - PRINT_LEGEND);
  paintParallel(pen, state, place, ink, { told: state.hand, layer: null });
  place.axes.forEach((axis, k) => printAxis(pen, place, ink, language, axis, k));
  for (const name of ["x", "y"]) printLimit(pen, state, place, ink, name);
  if (state.hand) printFigures(pen, place, ink, state.hand);
  printFoot(pen, state, place, ink, language);
}

function printAxis(pen, place, ink, language, axis, k) {
  const sign = axis.clipped ? (axis.measure.higher_is_better ? "≤\u00a0" : "≥\u00a0") : "";
  const title = printLines(axisTitle(language, axis), Math.max(place.step - 8, 60));
  pen.textAlign = "center";
  pen.fillStyle = ink.ink;
  title.forEach((line, at) => pen.fillText(line, place.x(k), place.top - 26 - PRINT_LINE * (title.length - 1 - at)));
  pen.fillStyle = ink["ink-2"];
  pen.fillText(printFigure(axis, axis.best), place.x(k), place.top - 10);
  pen.fillText(sign + printFigure(axis, axis.worst), place.x(k), place.bottom + 18);
}

/** A tick across the axis of its measure, with its value. */
function printLimit(pen, state, place, ink, name) {
  const k = place.axes.findIndex((axis) => axis.name === state[name]);
  const value = state.limit(name);
  if (k < 0 || value === null) return;
  const [number, unit] = figure(value, place.axes[k].measure.unit);
  const y = place.at(k, value);
  pen.fillStyle = ink.accent;
  pen.fillRect(place.x(k) - 9, y - 1, 18, 2);
  printBeside(pen, place, ink, k, y, `${state.direction(name) > 0 ? "≥" : "≤"}\u00a0${number}${unit && `\u00a0${unit}`}`, ink.accent);
}

function printFigures(pen, place, ink, point) {
  place.axes.forEach((axis, k) => {
    const value = axis.of(point);
    if (value !== null) printBeside(pen, place, ink, k, place.at(k, value), printFigure(axis, value), ink.ink);
  });
}

/** Beside an axis, on a strip of paper so that lines behind it don't cross the letters; left of the last axis. */
function printBeside(pen, place, ink, k, y, text, colour) {
  const last = k === place.axes.length - 1;
  const [x, wide] = [place.x(k) + (last ? -11 : 11), text.length * PRINT_LETTER + 4];
  pen.globalAlpha = 0.85;
  pen.fillStyle = ink.paper;
  pen.fillRect(last ? x - wide + 2 : x - 2, y - 8, wide, 16);
  pen.globalAlpha = 1;
  pen.fillStyle = colour;
  pen.textAlign = last ? "right" : "left";
  pen.fillText(text, x, y + 4);
}

/** Families that there are, each by its line; the file in hand; how many files there are, and which way is better. */
function printFoot(pen, state, place, ink, language) {
  const shown = new Set(place.points.filter((point) => point.row > 0).map((point) => point.family));
  const [left, line] = [12, place.height + 2];
  let x = left;
  pen.textAlign = "left";
  for (const key of FAMILY_KEYS.filter((one) => shown.has(one))) {
    const said = word(language, `family-${key}`);
    pen.fillStyle = ink.family[key];
    pen.fillRect(x, line - 5, 18, 2);
    pen.fillStyle = ink["ink-2"];
    pen.fillText(said, x + 23, line);
    x += 23 + printWidth(said) + 14;
  }
  pen.fillText([word(language, "parallel-up"), countSaid(language, state, 0)].join(" · "), left, line + 17);
  if (!state.hand) return;
  pen.textAlign = "right";
  pen.fillStyle = ink.ink;
  pen.fillText([state.hand.id, nameOf(language, state.hand)].join(" "), place.width - left, line);
}

function printFigure(axis, value) {
  const [number, unit] = axisFigure(axis, value);
  return unit ? `${number}\u00a0${unit}` : number;
}

/** A title in lines of so many pixels, broken between words. */
function printLines(text, width) {
  const lines = [];
  for (const part of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${part}` : part;
    if (lines.length && printWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** A Chinese letter is as wide as two. */
function printWidth(text) {
  return [...text].reduce((sum, letter) => sum + PRINT_LETTER * (letter > "\u2e80" ? 2 : 1), 0);
}
