// Parallel coordinates: which axes there are, turned so that up is better, and where a file stands on each. No DOM here.

import { settingsOf } from "./captions.js";
import { figuresOf } from "./points.js";
import { scaleOf } from "./scale.js";

const PARALLEL_SETTINGS = ["prune", "epochs", "bits"];
const PARALLEL_FIRST = ["size_bytes", "latency_b1_ms", "macs", "latency_b64_ms", "packed_bytes", "parameters"];
const PARALLEL_AXIS = 84; // pixels that an axis takes at least
const PARALLEL_MOST = 9;
const PARALLEL_MANY = 24; // so many files, and the worst of a measure may stand at its foot
const PARALLEL_LEFT_OUT = 0.05;
const PARALLEL_TOP = 62;
const PARALLEL_FOOT = 42;

/**
 * Axes from left to right: what recipes set, as far as it differs, then costs, then qualities, the study's metric last. As many as
 * there is room for; those of the chart are always among them. { name, setting, measure, of(point), best, worst, clipped, log }
 */
export function parallelAxes(state, width) {
  const points = state.scene.items.map((item) => item.point);
  const room = Math.min(Math.max(Math.floor(width / PARALLEL_AXIS), 3), PARALLEL_MOST);
  const settings = PARALLEL_SETTINGS.map((name) => settingAxis(name, points)).filter(Boolean);
  const { measure, metric, measures } = state.data;
  const rest = measures.filter(({ higher_is_better: rises }) => !rises).concat(measures).map(({ name }) => name);
  const wanted = [state.y, state.x, metric, "size_bytes", "latency_b1_ms", ...settings, ...PARALLEL_FIRST, ...rest];
  const known = [...new Set(wanted)].filter((one) => one.setting || measure[one]);
  const chosen = known.map((one) => (one.setting ? one : measureAxis(state, one, points))).filter((axis) => axis.best !== axis.worst);
  const rank = (axis) => (axis.setting ? 0 : axis.name === metric ? 3 : axis.measure.higher_is_better ? 2 : 1);
  const order = (axis) => known.indexOf(axis.setting ? axis : axis.name);
  return chosen.slice(0, room).sort((a, b) => rank(a) - rank(b) || order(a) - order(b));
}

function settingAxis(name, points) {
  const of = (point) => (point.row === 0 ? null : settingsOf(point.steps)[name]);
  const values = new Set(points.filter((point) => point.row > 0 && point.steps.length).map(of));
  if (values.size < 2) return null;
  const ends = [Math.min(...values), Math.max(...values)];
  const [worst, best] = name === "bits" ? ends.reverse() : ends;
  return { name, setting: true, measure: null, of, worst, best, clipped: false, log: name === "bits" };
}

/** Costs that span a power of ten are on a logarithmic axis. Of many files the worst few stand at the foot, which says so. */
function measureAxis(state, name, points) {
  const measure = state.data.measure[name];
  const of = (point) => (figuresOf(state.data, point, name) || [null])[0];
  const values = points.map(of).filter((value) => value !== null).sort((a, b) => a - b);
  if (!measure.higher_is_better) values.reverse();
  const kept = values.slice(measure.higher_is_better && values.length >= PARALLEL_MANY ? Math.floor(values.length * PARALLEL_LEFT_OUT) : 0);
  const [worst, best] = kept.length ? [kept[0], kept.at(-1)] : [0, 0];
  const [least, most] = [Math.min(worst, best), Math.max(worst, best)];
  return { name, setting: false, measure, of, worst, best, clipped: kept.length < values.length, log: least > 0 && most > 10 * least };
}

/**
 * Where the axes stand in pixels, and the files on them: `heights[k][i]` is where file `points[i]` crosses axis k, NaN where it has
 * no such figure. `at(axis, value)` is kept within the axis.
 */
export function parallelPlace(state, width, height) {
  const axes = parallelAxes(state, width);
  const edge = Math.min(46, width / (2 * Math.max(axes.length, 1)));
  const step = axes.length > 1 ? (width - 2 * edge) / (axes.length - 1) : 0;
  const [top, bottom] = [PARALLEL_TOP, height - PARALLEL_FOOT];
  const scales = axes.map(({ worst, best, log }) => scaleOf(worst, best, log, bottom, top));
  const at = (k, value) => Math.min(Math.max(scales[k].at(value), top), bottom);
  const points = state.scene.items.map((item) => item.point);
  const heights = axes.map((axis, k) => Float64Array.from(points, (point) => heightOn(axis, k, at, point)));
  return { width, height, axes, scales, step, edge, top, bottom, points, heights, x: (k) => edge + k * step, at };
}

function heightOn(axis, k, at, point) {
  const value = axis.of(point);
  return value === null ? NaN : at(k, value);
}

/** A file's corners: [x, y] on each axis, null where it has no such figure. */
export function parallelLine(place, point) {
  return place.axes.map((axis, k) => {
    const value = axis.of(point);
    return value === null ? null : [place.x(k), place.at(k, value)];
  });
}

/** The file whose line passes nearest to a place, within `reach` pixels; null where there is none. */
export function parallelNear(place, [x, y], reach) {
  if (!place.axes.length) return null;
  const k = Math.min(Math.max(Math.floor((x - place.edge) / (place.step || 1)), 0), Math.max(place.axes.length - 2, 0));
  const share = Math.min(Math.max((x - place.x(k)) / (place.step || 1), 0), 1);
  const eased = share * share * (3 - 2 * share);
  const [from, to] = [place.heights[k], place.heights[Math.min(k + 1, place.axes.length - 1)]];
  let nearest = null;
  let least = reach;
  for (let i = 0; i < from.length; i += 1) {
    const gap = Math.abs(from[i] * (1 - eased) + to[i] * eased - y);
    if (!(gap < least)) continue; // nor where there is no figure
    least = gap;
    nearest = place.points[i];
  }
  return nearest;
}

/** Whether a file is within both limits. */
export function withinLimits(state, item) {
  return ["x", "y"].every((axis) => {
    const limit = state.limit(axis);
    return limit === null || (item[axis] - limit) * state.direction(axis) >= 0;
  });
}
