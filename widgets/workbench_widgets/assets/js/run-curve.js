// The training curve of a run: one figure on validation after each epoch, and the baseline's beside it.

import { fill, h, svg } from "./dom.js";
import { digits, ticks } from "./format.js";
import "./words-run.js";
import { word } from "./words.js";

const FIGURES = ["validation_accuracy", "validation_rmse", "validation_loss", "train_loss"];
const BOX = { width: 300, height: 140, left: 34, right: 10, top: 18, bottom: 26 };

/** What is drawn of a curve: the first figure that it has of those that tell most, point by point; null without points. */
export function curveSeries(curve) {
  const name = FIGURES.find((figure) => curve.some((point) => figure in point.figures));
  if (!name) return null;
  const points = curve.filter((point) => Number.isFinite(point.figures[name])).map((point) => ({ epoch: point.epoch, value: point.figures[name] }));
  return points.length ? { name, points, epochs: curve[curve.length - 1].epochs } : null;
}

/** A figure of a curve as people read it: a share in per cent. */
export function curveFigure(name, value) {
  return name.endsWith("accuracy") ? `${(100 * value).toFixed(1)}\u00a0%` : digits(value);
}

/** The lowest and the highest value that the drawing holds: all points, the baseline's line, and a little air. */
export function curveSpan(series, baseline) {
  const values = series.points.map((point) => point.value).concat(baseline === null ? [] : [baseline]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = (high - low || Math.abs(high) || 1) * 0.12;
  return [low - air, high + air];
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
  const x = (epoch) => BOX.left + ((epoch - 1) / Math.max(series.epochs - 1, 1)) * (BOX.width - BOX.left - BOX.right);
  const y = (value) => BOX.top + ((high - value) / (high - low)) * (BOX.height - BOX.top - BOX.bottom);
  const shown = ticks(low, high, 3, false).filter((value) => value >= low && value <= high);
  return svg(
    "svg",
    { viewBox: `0 0 ${BOX.width} ${BOX.height}`, class: "wb-curve", role: "img", aria: { label } },
    shown.map((value) => curveRule(series.name, value, y(value))),
    baseline === null ? null : curveBaseline(language, series.name, baseline, y(baseline)),
    curveEpochs(series.epochs).map((epoch) => svg("text", { x: x(epoch), y: BOX.height - 8, class: "wb-curve-x" }, String(epoch))),
    svg("polyline", { points: series.points.map((p) => `${x(p.epoch).toFixed(1)},${y(p.value).toFixed(1)}`).join(" "), class: "wb-curve-line" }),
    curveLast(series, x, y),
  );
}

function curveRule(name, value, y) {
  const text = name.endsWith("accuracy") ? digits(100 * value) : digits(value);
  return [
    svg("line", { x1: BOX.left, x2: BOX.width - BOX.right, y1: y, y2: y, class: "wb-curve-rule" }),
    svg("text", { x: BOX.left - 6, y: y + 4, class: "wb-curve-y" }, text),
  ];
}

function curveBaseline(language, name, value, y) {
  const text = word(language, "run-curve-baseline", { value: curveFigure(name, value) });
  return [
    svg("line", { x1: BOX.left, x2: BOX.width - BOX.right, y1: y, y2: y, class: "wb-curve-base" }),
    svg("text", { x: BOX.left + 4, y: y - 5, class: "wb-curve-note" }, text), // at the left, where a curve is far from it
  ];
}

function curveLast(series, x, y) {
  const last = series.points[series.points.length - 1];
  const place = { x: x(last.epoch), y: y(last.value) };
  const beside = place.x > BOX.width - 60 ? "end" : "start";
  return [
    svg("circle", { cx: place.x, cy: place.y, r: 3.5, class: "wb-curve-dot" }),
    svg("text", { x: place.x + (beside === "end" ? -2 : 7), y: place.y + 17, "text-anchor": beside, class: "wb-curve-now" }, curveFigure(series.name, last.value)),
  ];
}
