// Parallel coordinates: up is better on every axis, the limits are the chart's, the nearest line is the one under the hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const load = async (name) => import(found(name));
const { FrontierState } = await load("frontier-state.js");
const { parallelAxes, parallelLine, parallelNear, parallelPlace, withinLimits } = await load("parallel-place.js");
const { paintParallel } = await load("parallel-paint.js");
const { axisFigure, axisTitle } = await load("parallel-over.js");
const { drawParallel } = await load("parallel-save.js");
const { captionOf, settingsOf } = await load("captions.js");
const { SvgPen } = await load("svg-pen.js");
const { FAMILY_KEYS } = await load("shapes.js");

const MEASURES = [
  ["accuracy", "share", true, [0.95, 0.94, 0.9, 0.6]],
  ["size_bytes", "bytes", false, [800_000, 200_000, 50_000, 20_000]],
  ["latency_b1_ms", "ms", false, [4, 2, 1, NaN]],
  ["speedup_b1", "x", true, [1, 2, 4, NaN]],
];
const STEPS = [[["StaticQuantization", null]], [["StructuredPruning", 0.5], ["Distillation", 3], ["StaticQuantization", null]], [["StructuredPruning", 0.8], ["StaticQuantization", null]]];

function stateOf(limits = {}) {
  const columns = Object.fromEntries(MEASURES.map(([name, , , value]) => [name, { value }]));
  const measures = MEASURES.map(([name, unit, higher]) => ({ name, title: name, unit, higher_is_better: higher }));
  const points = STEPS.map((steps, k) => ({ id: `c${k + 1}`, family: "pq", status: "measured", steps }));
  const state = new FrontierState();
  state.take({ study: "s", metric: "accuracy", margin: 0.01, measures, columns, baseline: { id: "baseline", family: "b", status: "measured" }, points });
  state.limits = { x: null, y: null, ...limits };
  return state;
}

test("settings come first, then costs, then qualities, the metric last; those of the chart always", () => {
  assert.deepEqual(parallelAxes(stateOf(), 900).map((axis) => axis.name), ["prune", "epochs", "size_bytes", "latency_b1_ms", "speedup_b1", "accuracy"]);
  assert.deepEqual(parallelAxes(stateOf(), 260).map((axis) => axis.name), ["size_bytes", "latency_b1_ms", "accuracy"]);
  const state = stateOf();
  state.look({ x: "speedup_b1" });
  assert.ok(parallelAxes(state, 260).some((axis) => axis.name === "speedup_b1"));
});

test("up is better on every measure, and the axis's ends are the best and the worst", () => {
  const place = parallelPlace(stateOf(), 900, 456);
  for (const axis of place.axes.filter(({ measure }) => measure)) {
    const k = place.axes.indexOf(axis);
    assert.ok(Math.abs(place.at(k, axis.best) - place.top) < 1e-6 && Math.abs(place.at(k, axis.worst) - place.bottom) < 1e-6);
    assert.equal(axis.measure.higher_is_better, axis.best > axis.worst);
  }
});

test("a line breaks where a figure is missing, and is found where it passes", () => {
  const state = stateOf();
  const place = parallelPlace(state, 900, 456);
  const points = state.scene.items.map((item) => item.point);
  const last = points.find((point) => point.id === "c3");
  assert.equal(parallelLine(place, last).filter((corner) => corner === null).length, 2);
  for (const point of points.filter((one) => one !== last)) {
    const corner = parallelLine(place, point).at(-1);
    assert.equal(parallelNear(place, [corner[0], corner[1] + 2], 14).id, point.id);
  }
  const [x, y] = parallelLine(place, last)[2];
  assert.equal(parallelNear(place, [x - 1, y], 14), last);
  assert.equal(parallelNear(place, [place.x(0), -500], 14), null);
});

test("files outside the limits are those that the chart's window leaves out", () => {
  const state = stateOf({ x: 100_000, y: 0.8 });
  assert.deepEqual(state.scene.items.filter((item) => withinLimits(state, item)).map((item) => item.point.id), ["c2"]);
});

test("it is drawn with any pen, a line a file and one for the baseline", () => {
  const state = stateOf({ x: 100_000 });
  const pen = new SvgPen(900, 456);
  const ink = { paper: "#fff", ink: "#000", "ink-2": "#555", edge: "#888", family: Object.fromEntries(FAMILY_KEYS.map((key) => [key, "#123456"])) };
  paintParallel(pen, state, parallelPlace(state, 900, 456), ink, { told: state.point("c2"), layer: null });
  const text = pen.text();
  assert.ok(!text.includes("NaN") && !text.includes("null"));
  assert.equal((text.match(/C/g) || []).length, 5 + 5 + 2 + 3 + 2 * 5);
});

test("captions are words of the page's language; a technique without a word is named by the library", () => {
  assert.equal(captionOf("en", STEPS[1], "x"), "prune 50\u00a0% · distil 3 ep. · int8");
  assert.equal(captionOf("zh", STEPS[1], "x"), "剪枝 50\u00a0% · 蒸馏 3 轮 · int8");
  assert.equal(captionOf("zh", [["Mine", 1]], "my own 1"), "my own 1");
  assert.equal(captionOf("zh", [], "as exported"), "as exported");
});

test("settings add up over a recipe", () => {
  assert.deepEqual(settingsOf([["StructuredPruning", 0.5], ["FineTuning", 2], ["StructuredPruning", 0.5], ["Distillation", 3], ["HalfPrecision", null]]), { prune: 0.75, epochs: 5, bits: 16 });
  assert.equal(axisTitle("zh", { setting: true, name: "prune" }), "剪枝");
});

test("saved as SVG, it has titles and both ends of every axis, the limits, the file in hand and what the colours mean", () => {
  const state = stateOf({ x: 100_000, y: 0.8 });
  state.choose(["c2"]);
  const ink = { paper: "#fff", ink: "#000", "ink-2": "#555", edge: "#888", accent: "#00f", family: Object.fromEntries(FAMILY_KEYS.map((key) => [key, "#123456"])) };
  const pen = new SvgPen(900, 580);
  drawParallel(pen, { state, ink }, "en", 900, 580);
  const texts = [...pen.text().matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  for (const axis of parallelAxes(state, 900)) {
    for (const said of [axisTitle("en", axis), ...[axis.best, axis.worst].map((value) => axisFigure(axis, value).filter(Boolean).join("\u00a0"))]) assert.ok(texts.join(" ").includes(said), said);
  }
  for (const limit of ["≤\u00a0100\u00a0kB", "≥\u00a080.0\u00a0%"]) assert.ok(texts.includes(limit), limit);
  assert.ok(texts.includes("50.0\u00a0kB") && texts.includes("90.0\u00a0%"), texts.join());
  assert.ok(texts.some((text) => text.startsWith("c2 ")) && texts.some((text) => text.includes("up is better")));
  assert.equal(texts.filter((text) => text === "Prune, quantize").length, 1);
  assert.ok(!pen.text().includes("NaN") && !pen.text().includes("undefined"));
  const places = [...pen.text().matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"/g)];
  assert.ok(places.every(([, x, y]) => x >= 0 && x <= 900 && y >= 10 && y <= 580), "on the paper");
});
