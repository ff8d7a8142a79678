// A view as a file: drawn anew as SVG or PNG with its words, or its figures as CSV.

import { download } from "./dom.js";
import { axisLabel, countSaid, nameOf, recipeOf, upLabel } from "./frontier-say.js";
import { paintChart } from "./frontier-paint.js";
import { chartTicks, placeOf } from "./frontier-place.js";
import { tickSaid } from "./frontier-over.js";
import { figuresOf } from "./points.js";
import { SvgPen } from "./svg-pen.js";

const SAVED_SIZE = [900, 580];
const SAVED_SHARPNESS = 2;

/**
 * Offers what a view shows for download: kind is "SVG", "PNG" or "CSV". The view has { state, ink, root }, and `printed`: what its
 * files are called, and `draw(pen, view, language, width, height)`, which draws all of it on a paper that is there.
 */
export function saveView(view, language, kind) {
  const { state } = view;
  const name = `${state.data.study || "frontier"}-${view.printed.name}`;
  if (kind === "CSV") download(`${name}.csv`, new Blob([csvOf(state, language)], { type: "text/csv" }));
  else if (kind === "SVG") download(`${name}.svg`, new Blob([svgOf(view, language)], { type: "image/svg+xml" }));
  else pngOf(view, language, (blob) => download(`${name}.png`, blob));
}

function svgOf(view, language) {
  const pen = new SvgPen(...SAVED_SIZE);
  drawSaved(pen, view, language);
  return pen.text();
}

function pngOf(view, language, done) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = SAVED_SIZE.map((side) => side * SAVED_SHARPNESS);
  const pen = canvas.getContext("2d");
  pen.scale(SAVED_SHARPNESS, SAVED_SHARPNESS);
  drawSaved(pen, view, language);
  canvas.toBlob(done, "image/png");
}

function drawSaved(pen, view, language) {
  pen.fillStyle = view.ink.paper;
  pen.fillRect(0, 0, ...SAVED_SIZE);
  pen.font = `12px ${getComputedStyle(view.root).fontFamily}`;
  view.printed.draw(pen, view, language, ...SAVED_SIZE);
}

export function drawChart(pen, { state, ink }, language, width, height) {
  const place = placeOf(state, width, height);
  paintChart(pen, state, place, ink, { hover: null, lasso: null, caught: [], moving: null, flights: null, layer: null });
  writeSaved(pen, state, place, ink, language);
}

function writeSaved(pen, state, place, ink, language) {
  const [x, y] = [state.data.measure[state.x], state.data.measure[state.y]];
  const { across, up } = chartTicks(place);
  const foot = place.bottom + (state.scene.failed.length ? 44 : 18);
  pen.fillStyle = ink["ink-2"];
  pen.textAlign = "right";
  for (const value of up) pen.fillText(tickSaid(value, y, place.y), place.left - 8, place.y.at(value) + 4);
  pen.textAlign = "center";
  for (const value of across) pen.fillText(tickSaid(value, x, place.x), place.x.at(value), foot);
  pen.textAlign = "left";
  pen.fillText(countSaid(language, state, 0), place.left, place.height - 6);
  pen.fillStyle = ink.ink;
  pen.fillText(upLabel(language, y, place.y.log, place.y.high), 8, 16);
  pen.textAlign = "right";
  pen.fillText(axisLabel(language, x, place.x.log, place.x.high), place.right, place.height - 6);
}

/** Every file with every figure and its interval, the baseline first. Numbers are written as they were measured. */
export function csvOf(state, language) {
  const { data } = state;
  const names = data.measures.map((measure) => measure.name);
  const head = ["id", "name", "recipe", "family", "status", "on_frontier", "verdict", ...names.flatMap((name) => [name, `${name}_low`, `${name}_high`])];
  const rows = [data.baseline, ...data.points].filter(Boolean).map((point) => {
    const said = [point.id, nameOf(language, point), recipeOf("en", point), point.family, point.status, String(state.scene.on.has(point.id)), point.verdict];
    return [...said, ...names.flatMap((name) => figuresOf(data, point, name) || ["", "", ""])];
  });
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

/** Quoted where it has to be; a text that a spreadsheet would take for a formula is not one. */
function csvCell(value) {
  const text = typeof value === "string" && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
