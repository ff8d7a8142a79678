// How the frontier panel says figures, limits and files. No DOM here.

import { captionOf } from "./captions.js";
import { digits, figure, grouped, said } from "./format.js";
import { figuresOf } from "./points.js";
import { word } from "./words.js";
import "./words-frontier.js";

const THIN_SPACE = "\u00a0";

export function measureTitle(language, measure) {
  const key = `measure-${measure.name}`;
  const known = word(language, key);
  return known === key ? measure.title : known;
}

/** A measure's title with its unit: "Size, kB, log". `largest` decides between kB and MB. */
export function axisLabel(language, measure, log, largest) {
  const unit = figure(largest, measure.unit)[1];
  const parts = [measureTitle(language, measure), unit, log ? word(language, "frontier-log") : ""];
  return parts.filter(Boolean).join(", ");
}

/** The same for the upright axis, where up is better unless it is said: "RMSE, ↓ better". */
export function upLabel(language, measure, log, largest) {
  const label = axisLabel(language, measure, log, largest);
  return measure.higher_is_better ? label : `${label}, ${word(language, "frontier-down")}`;
}

/** [figure, unit] of a value with half its interval: ["93.3 ± 0.5", "%"]; of a share whose half would lead past 0 or 1, the ends. */
export function intervalSaid(figures, unit) {
  const [value, low, high] = figures;
  const [number, name] = figure(value, unit);
  const half = (high - low) / 2;
  if (!(half > 0) || !Number.isFinite(half)) return [number, name];
  if (unit === "share" && (value + half > 1 || value - half < 0)) return [`${number} (${figure(low, unit)[0]}–${figure(high, unit)[0]})`, name];
  const scaled = unit === "share" ? (100 * half).toFixed(1) : digits(half, 2);
  return [`${number} ± ${scaled}`, name];
}

/** A difference of two values; of shares it is said in points, never in per cent. */
export function gapSaid(language, amount, unit) {
  if (unit !== "share") return said(amount, unit);
  return word(language, "frontier-points-of", { n: digits(100 * amount, 2) });
}

export function limitSaid(state, axis, value) {
  const measure = state.data.measure[state[axis]];
  return `${state.direction(axis) > 0 ? "≥" : "≤"}${THIN_SPACE}${said(value, measure.unit)}`;
}

/** The limits in words: "≤ 140 kB and ≥ 92.5 %"; empty where there is none. */
export function limitsSaid(language, state, limits) {
  const set = ["x", "y"].filter((axis) => limits[axis] !== null);
  return set.map((axis) => limitSaid(state, axis, limits[axis])).join(word(language, "frontier-and"));
}

export function nameOf(language, point) {
  return point.row === 0 ? word(language, "frontier-baseline") : point.label || recipeOf(language, point);
}

/** A file's recipe in half a line. */
export function recipeOf(language, point) {
  return captionOf(language, point.steps, point.name);
}

/** The measures that are told of a file: those of the axes, then quality, size and latency, each once. */
export function toldMeasures(state, most = 4) {
  const names = [state.y, state.x, state.size, state.data.metric, "size_bytes", "latency_b1_ms"];
  return [...new Set(names)].filter((name) => state.data.measure[name]).slice(0, most);
}

/** A file in a sentence, for the live line. */
export function spokenPoint(language, state, point) {
  if (point.reason) return word(language, point.status === "failed" ? "frontier-spoken-failed" : "frontier-spoken-gone", { id: point.id, reason: point.reason });
  const told = [state.y, state.x].map((name) => [figuresOf(state.data, point, name), state.data.measure[name]]);
  const figures = told.filter(([found]) => found).map(([found, measure]) => spokenFigure(language, found[0], measure));
  const head = point.row === 0 ? nameOf(language, point) : `${point.id}, ${nameOf(language, point)}`;
  const stop = language === "zh" ? "。" : ". ";
  return [head, figures.join(", "), point.verdict].filter(Boolean).map((part) => part + stop).join("").trim();
}

/** A figure that no unit tells apart is said with its measure. */
function spokenFigure(language, value, measure) {
  const text = said(value, measure.unit);
  return ["", "M"].includes(figure(value, measure.unit)[1]) ? `${measureTitle(language, measure)} ${text}` : text;
}

/** What is shown, and of what is not shown, why: "n of m files shown; 3 failed; 2 hidden by hand". */
export function countSaid(language, state, below) {
  const { items, base, failed, cancelled, working, hidden, off } = state.scene;
  const lacking = state.scene.lacking.filter((point) => point.row); // the baseline is never counted
  const shown = items.length - (base ? 1 : 0);
  const all = shown + hidden.length + off.filter((point) => point.status === "measured").length + lacking.length;
  const one = all === 1 ? "frontier-files-one" : "frontier-files";
  const head = shown === all ? word(language, one, { m: grouped(String(all)) }) : word(language, "frontier-shown", { n: grouped(String(shown)), m: grouped(String(all)) });
  const families = [...state.off].map((family) => word(language, `family-${family}`)).join(", ");
  const measure = [state.x, state.y].map((name) => state.data.measure[name]).find((m) => m && lacking.some((p) => !figuresOf(state.data, p, m.name)));
  const parts = [
    failed.length ? word(language, "frontier-n-failed", { n: failed.length }) : "",
    cancelled.length ? word(language, "frontier-n-cancelled", { n: cancelled.length }) : "",
    working.length ? word(language, "frontier-n-working", { n: working.length }) : "",
    hidden.length ? word(language, "frontier-n-hidden", { n: hidden.length }) : "",
    off.length ? word(language, "frontier-n-off", { n: off.length, families }) : "",
    lacking.length && measure ? word(language, "frontier-n-lacking", { n: lacking.length, measure: measureTitle(language, measure) }) : "",
    below ? word(language, state.zoomed ? "frontier-n-outside" : "frontier-n-below", { n: below }) : "",
  ];
  return [head, ...parts.filter(Boolean)].join(language === "zh" ? "；" : "; ");
}
