// The training curve of a run: one figure on validation after each epoch, and the baseline's beside it.

import { fill, h, svg } from "./dom.js";
import { digits, grouped, ticks } from "./format.js";
import "./words-run.js";
import { word } from "./words.js";

const FIGURES = ["validation_accuracy", "validation_rmse", "validation_loss", "train_loss"];
const BOX = { width: 300, height: 140, left: 34, right: 10, top: 18, bottom: 26 };
const CURVE_DIGIT = 6.8; // how wide a digit is in the picture, at most
const CURVE_SCALES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
];

/** What is drawn of a curve: the first figure that it has of those that tell most, point by point; null without points. */
export function curveSeries(curve) {
  const name = FIGURES.find((figure) => curve.some((point) => figure in point.figures));
  if (!name) return null;
  const points = curve.filter((point) => Number.isFinite(point.figures[name])).map((point) => ({ epoch: point.epoch, value: point.figures[name] }));
  return points.length ? { name, points, epochs: curve[curve.length - 1].epochs } : null;
}

/** A figure of a curve as people read it: a share in per cent, a large one in millions and more. */
export function curveFigure(name, value) {
  if (curveOfShare(name)) return `${(100 * value).toFixed(1)}\u00a0%`;
  const [size, letter] = curveScale(value);
  if (Math.abs(value) >= 1e15) return value.toExponential(2).replace("e+", "e");
  return letter ? `${digits(value / size)}\u00a0${letter}` : digits(value);
}

/** The figures of the upright axis, all on the scale of the largest, and as exact as their steps are. */
export function curveTicks(name, values) {
  if (curveOfShare(name)) return values.map((value) => digits(100 * value));
  const largest = Math.max(...values.map(Math.abs));
  const [size, letter] = curveScale(largest);
  if (largest >= 1e15) return values.map((value) => (value ? Number(value.toPrecision(6)).toExponential().replace("e+", "e") : "0"));
  return values.map((value) => grouped(curvePlain(value / size)) + (letter && value ? `\u00a0${letter}` : ""));
}

function curveScale(value) {
  return CURVE_SCALES.find(([size]) => Math.abs(value) >= size * 0.9995) || [1, ""];
}

/** Six digits without idle zeros, and never with an exponent. */
function curvePlain(value) {
  const text = Number(value.toPrecision(6));
  return Math.abs(text) < 1e-6 ? text.toFixed(9).replace(/\.?0+$/, "") : String(text);
}

function curveOfShare(name) {
  return name.endsWith("accuracy");
}

/** The lowest and the highest value that the drawing holds: all points, the baseline's line, and a little air; no share beyond 0 or 1. */
export function curveSpan(series, baseline) {
  const values = series.points.map((point) => point.value).concat(baseline === null ? [] : [baseline]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = (high - low || Math.abs(high) || 1) * 0.12;
  const [least, most] = curveOfShare(series.name) ? [0, 1] : [-Infinity, Infinity];
  return [Math.max(low - air, least), Math.min(high + air, most)];
}

/** Whole epochs under the axis, at most six of them, the first and the last always. */
export function curveEpochs(epochs) {
  const step = Math.max(1, Math.ceil((epochs - 1) / 5));
  const found = [];
  for (let epoch = 1; epoch < epochs; epoch += step) found.push(epoch);
  if (found.length > 1 && epochs - found[found.length - 1] < step / 2) found.pop();
  return [...found, epochs];
}

/** Draws the curve of a job into an element, or empties it. `baseline`: { metric, value }, or null. */
export function drawCurve(element, language, job, baseline) {
  const series = job ? curveSeries(job.curve) : null;
  element.hidden = !series;
  if (!series) return fill(element);
  const last = series.points[series.points.length - 1];
  const same = baseline && series.name === `validation_${baseline.metric}` ? baseline.value : null;
  const step = stepName(language, job.trained);
  const title = word(language, "run-curve", { step, epoch: last.epoch, epochs: series.epochs });
  const figure = word(language, `run-figure-${series.name}`);
  const says = { figure, step, first: curveFigure(series.name, series.points[0].value), last: curveFigure(series.name, last.value) };
  const label = word(language, "run-curve-says", { ...says, epoch: last.epoch, epochs: series.epochs });
  return fill(element, h("h3", { class: "wb-run-h" }, `${job.candidate}: ${title}`), h("p", { class: "wb-quiet" }, figure), curvePicture(language, series, same, label));
}

/** A step's name for people. */
export function stepName(language, step) {
  const said = word(language, `run-step-${step}`);
  return said === `run-step-${step}` ? step : said;
}

function curvePicture(language, series, baseline, label) {
  const [low, high] = curveSpan(series, baseline);
  const shown = ticks(low, high, 3, false).filter((value) => value >= low && value <= high);
  const texts = curveTicks(series.name, shown);
  const left = Math.max(BOX.left, 8 + CURVE_DIGIT * Math.max(...texts.map((text) => text.length)));
  const x = (epoch) => left + ((epoch - 1) / Math.max(series.epochs - 1, 1)) * (BOX.width - left - BOX.right);
  const y = (value) => BOX.top + ((high - value) / (high - low)) * (BOX.height - BOX.top - BOX.bottom);
  return svg(
    "svg",
    { viewBox: `0 0 ${BOX.width} ${BOX.height}`, class: "wb-curve", role: "img", aria: { label } },
    shown.map((value, k) => curveRule(texts[k], left, y(value))),
    baseline === null ? null : curveBaseline(language, left, curveFigure(series.name, baseline), y(baseline)),
    curveEpochs(series.epochs).map((epoch) => svg("text", { x: x(epoch), y: BOX.height - 8, class: "wb-curve-x" }, String(epoch))),
    svg("polyline", { points: series.points.map((p) => `${x(p.epoch).toFixed(1)},${y(p.value).toFixed(1)}`).join(" "), class: "wb-curve-line" }),
    curveLast(series, x, y),
  );
}

function curveRule(text, left, y) {
  return [
    svg("line", { x1: left, x2: BOX.width - BOX.right, y1: y, y2: y, class: "wb-curve-rule" }),
    svg("text", { x: left - 6, y: y + 4, class: "wb-curve-y" }, text),
  ];
}

function curveBaseline(language, left, value, y) {
  const text = word(language, "run-curve-baseline", { value });
  return [
    svg("line", { x1: left, x2: BOX.width - BOX.right, y1: y, y2: y, class: "wb-curve-base" }),
    svg("text", { x: left + 4, y: y - 5, class: "wb-curve-note" }, text), // at the left, where a curve is far from it
  ];
}

function curveLast(series, x, y) {
  const last = series.points[series.points.length - 1];
  const place = { x: x(last.epoch), y: y(last.value) };
  const text = curveFigure(series.name, last.value);
  const beside = place.x + 7 + CURVE_DIGIT * text.length > BOX.width ? "end" : "start";
  return [
    svg("circle", { cx: place.x, cy: place.y, r: 3.5, class: "wb-curve-dot" }),
    svg("text", { x: place.x + (beside === "end" ? -2 : 7), y: place.y + 17, "text-anchor": beside, class: "wb-curve-now" }, text),
  ];
}
