// A study's points as they come from Python: what is said of each, and columns of figures, as doublesOf or as lists. No DOM here.

import { unpacked } from "./packed.js";
import { FAMILY_KEYS } from "./shapes.js";

/**
 * Returns { study, metric, margin, measures, measure: name -> its description, columns, baseline, points }.
 * A point's figures stand in row `point.row` of each column; the baseline has row 0.
 */
export function readPoints(frontier) {
  const given = frontier || {};
  const measures = given.measures || [];
  const columns = {};
  for (const [name, parts] of Object.entries(given.columns || {})) {
    const value = doublesOf(parts.value);
    columns[name] = { value, low: endOf(value, parts.low, parts.below, -1), high: endOf(value, parts.high, parts.above, 1), estimate: parts.estimate ? doublesOf(parts.estimate) : null };
  }
  return {
    study: given.study || "",
    metric: given.metric || "",
    margin: given.margin || 0,
    measures,
    measure: Object.fromEntries(measures.map((measure) => [measure.name, measure])),
    columns,
    baseline: given.baseline ? pointFrom(given.baseline, 0) : null,
    points: (given.points || []).map((point, index) => pointFrom(point, index + 1)),
  };
}

/** [value, low, high] of a point, or null where its file has no such figure. */
export function figuresOf(data, point, measure) {
  const column = data.columns[measure];
  const value = column ? column.value[point.row] : NaN;
  return Number.isFinite(value) ? [value, column.low[point.row], column.high[point.row]] : null;
}

/** What was worked out of a file before it was there, or null. */
export function estimateOf(data, point, measure) {
  const column = data.columns[measure];
  const value = column && column.estimate ? column.estimate[point.row] : NaN;
  return Number.isFinite(value) ? value : null;
}

const POINT_SAID = { status: "measured", name: "", steps: [], reason: null, verdict: "", loss: "unknown", starred: false, hidden: false, label: "" };

function pointFrom(given, row) {
  const family = FAMILY_KEYS.includes(given.family) ? given.family : "other";
  return { ...POINT_SAID, id: `c${row}`, ...given, family, row };
}

/** One end of the intervals: as it is, or by how far it is from the value; an exact figure is its own interval. */
function endOf(value, ends, reach, side) {
  if (ends) return doublesOf(ends);
  if (!reach) return value;
  const far = doublesOf(reach);
  return value.map((one, k) => (Number.isNaN(far[k]) ? side * Infinity : one + side * far[k]));
}

/** Binary arrives as a view that may begin anywhere, so it is copied; a saved page has short texts, or lists with null. */
function doublesOf(given) {
  if ("text" in given) return unpacked(given);
  if (ArrayBuffer.isView(given)) return new Float64Array(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength));
  return Float64Array.from(given, (value) => (value === null ? NaN : value));
}
