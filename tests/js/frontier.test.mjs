// The frontier's pure parts: what is best, what is in view, how figures are written; on the same cases as their Python twins.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { found } from "./folders.mjs";

const load = async (name) => import(found(name));
const { best, dominates, frontier, nearest, staircase } = await load("pareto.js");
const { digits, said, ticks } = await load("format.js");
const { heightOf } = await load("view.js");
const { estimateOf, figuresOf, readPoints } = await load("points.js");
const { between, movedRange, scaleOf, zoomedRange } = await load("scale.js");
const { FrontierState, lettered } = await load("frontier-state.js");
const { countSaid, intervalSaid, limitsSaid, spokenPoint, upLabel } = await load("frontier-say.js");
const { movingOf } = await load("frontier-moving.js");
const { csvOf } = await load("frontier-save.js");
const { unpacked } = await load("packed.js");
const { isInside } = await load("frontier-pointer.js");
const { paintChart } = await load("frontier-paint.js");
const { insideAt, placeOf } = await load("frontier-place.js");
const { SvgPen } = await load("svg-pen.js");
const { FAMILY_KEYS } = await load("shapes.js");

const cases = (name) => JSON.parse(readFileSync(new URL(`cases/${name}.json`, import.meta.url), "utf8"));

for (const one of cases("frontier")) {
  test(`frontier: ${one.name}`, () => {
    const points = one.points.map(([x, y]) => ({ x, y }));
    const [dx, dy] = one.directions;
    const kept = frontier(points, dx, dy);
    assert.deepEqual(kept.map((p) => points.indexOf(p)), one.frontier);
    assert.ok(kept.every((p) => !points.some((q) => dominates(q, p, dx, dy))));
    one.limits.forEach(([x, y], k) => assert.equal(points.indexOf(best(points, { x, y }, dx, dy)), one.best[k] ?? -1));
  });
}

test("with a limit on x alone the best y is asked for; the nearest says by how much it misses", () => {
  const points = [{ x: 10, y: 0.8 }, { x: 20, y: 0.9 }, { x: 40, y: 0.95 }];
  assert.equal(best(points, { x: 25, y: null }, -1, 1), points[1]);
  assert.deepEqual(nearest(points, { x: 25, y: 0.93 }, -1, 1), { point: points[1], missed: 0.93 - 0.9 });
});

test("a staircase reaches only what the next file reaches", () => {
  const kept = frontier([{ x: 1, y: 0.9 }, { x: 2, y: 0.8 }], 1, 1);
  assert.deepEqual(staircase(kept), [{ x: 1, y: 0.9 }, { x: 1, y: 0.8 }, { x: 2, y: 0.8 }]);
  const sizes = frontier([{ x: 1, y: 0.8 }, { x: 2, y: 0.9 }], -1, 1);
  assert.deepEqual(staircase(sizes), [{ x: 2, y: 0.9 }, { x: 2, y: 0.8 }, { x: 1, y: 0.8 }]);
});

for (const one of cases("view")) {
  test(`view: ${one.name}`, () => {
    const [low, high] = heightOf(one.marks, one.base, one.direction);
    assert.ok(Math.abs(low - one.view[0]) < 1e-9 && Math.abs(high - one.view[1]) < 1e-9, `${low} to ${high}`);
  });
}

test("figures and ticks are those of the library's axes", () => {
  for (const [value, said] of cases("figures").numbers) assert.equal(digits(value).replace(/\.0+$/, ""), said);
  for (const [value, text] of cases("figures").counts) for (const unit of ["parameters", "MACs"]) assert.equal(said(value, unit), text);
  assert.equal(said(20_150_000, "MACs"), "20.1\u00a0M");
  for (const one of cases("figures").ticks) assert.deepEqual(ticks(one.low, one.high, 7, one.log), one.ticks);
});

test("a scale and its way back; zooming keeps the place under the pointer", () => {
  for (const log of [false, true]) {
    const scale = scaleOf(10, 1000, log, 0, 200);
    assert.equal(scale.at(10), 0);
    assert.ok(Math.abs(scale.back(scale.at(123)) - 123) < 1e-9);
    const [low, high] = zoomedRange([10, 1000], log, 0.5, 0.25);
    assert.ok(Math.abs(scaleOf(low, high, log, 0, 200).at(scale.back(50)) - 50) < 1e-6);
    const moved = movedRange([10, 1000], log, 0.1);
    assert.ok(Math.abs(scale.at(moved[0]) - 20) < 1e-6);
    assert.deepEqual(between([1, 10], [2, 20], log, 1).map((v) => v.toFixed(6)), ["2.000000", "20.000000"]);
  }
});

const bytes = (numbers) => {
  const odd = new Uint8Array(8 * numbers.length + 3); // a view that begins anywhere, as it comes from the kernel
  odd.set(new Uint8Array(Float64Array.from(numbers).buffer), 3);
  return new DataView(odd.buffer, 3);
};

const MEASURES = [
  { name: "accuracy", title: "Accuracy", unit: "share", higher_is_better: true },
  { name: "size_bytes", title: "Size", unit: "bytes", higher_is_better: false },
];

/** The baseline, then files [id, family, size, accuracy, more]. */
function study(...files) {
  const all = [["baseline", "b", 100_000, 0.9375], ...files];
  const accuracy = all.map((file) => file[3] ?? NaN);
  return {
    study: "s",
    metric: "accuracy",
    margin: 0.01,
    measures: MEASURES,
    baseline: { id: "baseline", name: "", family: "b", status: "measured" },
    points: files.map(([id, family, , , more]) => ({ id, name: `recipe of ${id}`, family, status: "measured", ...more })),
    columns: {
      accuracy: { value: bytes(accuracy), low: bytes(accuracy.map((v) => v - 0.0078125)), high: bytes(accuracy.map((v) => v + 0.0078125)) },
      size_bytes: { value: bytes(all.map((file) => file[2] ?? NaN)), estimate: bytes(all.map((file) => (file[2] ?? NaN) * 1.5)) },
    },
    chosen: [],
  };
}

const FAILED = { status: "failed", reason: "It did not fit." };
const given = study(["c1", "q", 40_000, 0.934], ["c2", "pq", 20_000, 0.91], ["c3", "p", 60_000, 0.92], ["c4", "pdq", null, null, FAILED], ["c5", "q", 30_000, 0.93]);

function stateOf(values) {
  const state = new FrontierState();
  state.take(values);
  return state;
}

test("columns come as doubles, as short texts, or as lists with how far an interval reaches", () => {
  const live = readPoints(given);
  assert.deepEqual(figuresOf(live, live.points[0], "accuracy"), [0.934, 0.934 - 0.0078125, 0.934 + 0.0078125]);
  assert.deepEqual(figuresOf(live, live.points[0], "size_bytes"), [40_000, 40_000, 40_000]);
  assert.equal(figuresOf(live, live.points[3], "accuracy"), null);
  assert.equal(estimateOf(live, live.points[0], "size_bytes"), 60_000);
  const columns = { accuracy: { value: [0.5, null], below: [0.25, null], above: [0.125, null] } };
  for (const one of cases("packed")) assert.deepEqual([...unpacked(one.packed)], one.read.map((v) => v ?? NaN), one.name);
  const saved = readPoints({ ...given, points: given.points.slice(0, 1), columns });
  assert.deepEqual(figuresOf(saved, saved.baseline, "accuracy"), [0.5, 0.25, 0.625]);
  assert.equal(figuresOf(saved, saved.points[0], "accuracy"), null);
  assert.equal(readPoints({ ...given, points: [{ id: "c1", family: "new" }], columns: {} }).points[0].family, "other");
});

test("a baseline whose error is 0 sets no limit: every file would be outside", () => {
  const errors = (base) => {
    const made = study(["c1", "q", 40_000, 3.7], ["c2", "p", 60_000, 2]);
    const column = { value: bytes([base, 3.7, 2]) };
    return stateOf({ ...made, metric: "relative_error", measures: [{ name: "relative_error", title: "Relative error", unit: "", higher_is_better: false }, MEASURES[1]], columns: { ...made.columns, relative_error: column } });
  };
  assert.equal(errors(0).limit("y"), null);
  assert.equal(errors(0).answer().best.point.id, "c2", "the one that is nearest to the baseline");
  assert.equal(errors(2).limit("y"), 2.02);
});

test("the best within limits: at first a loss within the margin is allowed", () => {
  const state = stateOf(given);
  assert.deepEqual([...state.scene.on].sort(), ["baseline", "c1", "c2", "c5"]);
  assert.equal(state.limit("y"), 0.9275);
  assert.equal(state.answer().best.point.id, "c5");
  state.setLimit("x", 25_000);
  assert.equal(state.answer().best, null);
  assert.equal(state.answer().nearest.point.point.id, "c2");
  assert.match(limitsSaid("en", state, state.answer().limits), /^≤.25.0.kB and ≥.92\.[78].%$/);
  state.setLimit("y", null);
  assert.equal(state.answer().best.point.id, "c2");
});

test("nothing is hidden silently", () => {
  const state = stateOf(study(["c1", "q", 40_000, 0.934], ["c2", "pq", 20_000, 0.91, { hidden: true }], ["c3", "p", 60_000, null], ["c4", "pdq", null, null, FAILED], ["c5", "pd", 30_000, 0.93], ["c6", "q", null, null, { status: "running" }], ["c7", "q", null, null, { status: "cancelled", reason: "Cancelled." }]));
  assert.equal(countSaid("en", state, 0), "2 of 4 files shown; 1 failed; 1 cancelled; 1 at work; 1 hidden by hand; 1 without Accuracy");
  state.off.add("pd");
  state.changed();
  assert.equal(countSaid("en", state, 2), "1 of 4 files shown; 1 failed; 1 cancelled; 1 at work; 1 hidden by hand; 1 switched off: Prune, train; 1 without Accuracy; 2 below the view");
  assert.equal(countSaid("en", stateOf(study(["c1", "q", 4, 0.9])), 0), "1 file");
  const bare = study(["c1", "q", 4, 0.9], ["c2", "q", 5, null]);
  bare.columns.accuracy.value = bytes([NaN, 0.9, NaN]);
  assert.equal(countSaid("en", stateOf(bare), 0), "1 of 2 files shown; 1 without Accuracy", "the baseline is never counted");
});

test("a figure without a unit is announced with its measure", () => {
  const counted = study(["c1", "q", 14_321, 0.9]);
  counted.measures = counted.measures.map((m) => (m.name === "size_bytes" ? { ...m, name: "size_bytes", unit: "parameters" } : m));
  const state = stateOf(counted);
  assert.match(spokenPoint("en", state, state.data.points[0]), /90\.0.%, Size 14.321\./);
});

test("the words beside the baseline's interval stand where neither a mark nor the limit's tag lies", () => {
  const at = (...files) => {
    const state = stateOf(study(...files));
    return [state, placeOf(state, 800, 456)];
  };
  const [state, place] = at(["c1", "q", 90_000, 0.9], ["c2", "q", 20_000, 0.5]);
  const free = insideAt(state, place, 200);
  assert.ok(free && free.left === place.left + 6);
  const marks = { ...state.scene, items: [{ x: place.x.back(free.left + 100), y: place.y.back(free.top + 6) }] };
  const under = { scene: marks, direction: (axis) => state.direction(axis), limit: () => null };
  assert.equal(insideAt(under, place, 200), null);
  assert.ok(insideAt(under, place, 60), "shorter words end before the mark");
  const right = { x: place.x.high, y: place.y.back(free.top + 6), low: state.scene.base.low, high: place.y.back(free.top - 5) };
  const tagged = { scene: { items: [], base: right }, direction: (axis) => state.direction(axis), limit: () => right.y };
  assert.equal(insideAt(tagged, place, 200), null);
  assert.ok(insideAt({ ...tagged, limit: () => place.y.low }, place, 200));
});

test("a file comes into the hand, and those in the comparison stay", () => {
  const state = stateOf(given);
  assert.deepEqual(state.takeUp("c1"), ["c1"]);
  assert.deepEqual(state.takeUp("c2"), ["c2"], "nothing was put into the comparison");
  assert.ok(!state.compared("c2"));
  state.takeUp("c2");
  assert.ok(state.compared("c2"));
  assert.deepEqual(state.takeUp("c3"), ["c3", "c2"]);
  assert.deepEqual(state.join("c5"), ["c3", "c2", "c5"]);
  assert.deepEqual(state.join("c2"), ["c3", "c5"], "joined again, it leaves");
  state.choose(["c1", "c2", "c3", "c4", "c5"]);
  assert.deepEqual(state.takeUp("c3"), ["c3", "c2", "c4", "c5"], "the first one was never put into the comparison");
  assert.deepEqual(state.keep("c3"), ["c2", "c4", "c5"]);
  state.take({ ...given, chosen: ["c5", "c1"] });
  assert.ok(state.compared("c5") && state.compared("c1"), "several that come from elsewhere are compared");
  assert.deepEqual(state.takeUp("c2"), ["c2", "c5", "c1"]);
});

test("another study is looked at anew; the same one as before", () => {
  const state = stateOf(given);
  state.look({ x: "accuracy", y: "size_bytes" });
  state.setLimit("x", 0.9);
  state.take(given);
  assert.deepEqual([state.x, state.y, state.limit("x")], ["accuracy", "size_bytes", 0.9]);
  state.take({ ...given, study: "t" });
  assert.equal(state.limit("x"), null);
});

test("logarithmic only where every figure allows it", () => {
  const state = stateOf(study(["c1", "q", 4_000, 0.9], ["c2", "q", 100_000, 0.9]));
  assert.equal(state.logOf("x"), true);
  assert.equal(state.logOf("y"), false);
  state.look({ logs: { x: false, y: true } });
  assert.deepEqual([state.logOf("x"), state.logOf("y")], [false, true]);
  assert.equal(stateOf(study(["c1", "q", 0, 0.9])).logOf("x"), false);
});

test("an interval is told by its half, of shares in points of the figure", () => {
  assert.deepEqual(intervalSaid([0.934, 0.929, 0.939], "share"), ["93.4 ± 0.5", "%"]);
  assert.deepEqual(intervalSaid([1, 0.875, 1], "share"), ["100.0 (87.5–100.0)", "%"], "no accuracy is above 1");
  assert.deepEqual(intervalSaid([0.01, 0.002, 0.05], "share"), ["1.0 (0.2–5.0)", "%"]);
  assert.deepEqual(intervalSaid([1.25, 1.0, 1.5], "ms"), ["1.25 ± 0.25", "ms"]);
  assert.deepEqual(intervalSaid([41_000, 41_000, 41_000], "bytes"), ["41.0", "kB"]);
});

test("the moving estimate stands at the baseline's height until a preview knows better", () => {
  const state = stateOf(given);
  const structure = { layers: [{ layer: "a", operator: "Gemm", macs: 100, parameters: 1000 }, { layer: "b", operator: "Gemm", macs: 100, parameters: 1000 }], other_bytes: 200 };
  const catalog = [{ technique: "StructuredPruning", order: "architecture" }, { technique: "StaticQuantization", order: "numerics" }];
  const steps = [{ id: "1", technique: "StructuredPruning", on: true, fields: { ratio: 0.5 } }, { id: "2", technique: "StaticQuantization", on: true, fields: {} }];
  const recipe = { structure, catalog, steps: steps.map(({ technique, on, fields }) => ({ technique, on, fields })), measured: null, preview: { accuracy: [0.92, 0.91, 0.93] } };
  const moving = movingOf(state, recipe, steps);
  assert.deepEqual([moving.x, moving.y, moving.family, moving.previewed], [1200, 0.92, "pq", true]);
  const pulled = [{ ...steps[0], fields: { ratio: 0.25 } }, { ...steps[1], on: false }];
  assert.deepEqual([movingOf(state, recipe, pulled).y, movingOf(state, recipe, pulled).family], [0.9375, "p"]);
  assert.equal(movingOf(state, { ...recipe, measured: "c1" }, steps), null);
  assert.equal(movingOf(state, recipe, steps.map((step) => ({ ...step, on: false }))), null);
  state.look({ x: "accuracy" });
  assert.equal(movingOf(state, recipe, steps), null);
});

test("CSV has every file with every figure, and no formula", () => {
  const state = stateOf(study(["c1", "q", 40_000, 0.934, { label: '=HYPERLINK("x")' }]));
  const [head, base, first] = csvOf(state, "en").split("\r\n");
  assert.match(head, /^id,name,recipe,family,status,on_frontier,verdict,accuracy,accuracy_low,accuracy_high,size_bytes,/);
  assert.match(base, /^baseline,Baseline,.*,0\.9375,/);
  assert.match(first, /^c1,"'=HYPERLINK\(""x""\)",recipe of c1,q,measured,true,,0\.934,/);
});

test("inside a lasso", () => {
  const path = [[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]];
  assert.deepEqual([[2, 2], [5, 1], [5, 8], [12, 5]].map((at) => isInside(at, path)), [true, true, false, false]);
});

test("the chart is drawn with every mark, and an SVG pen writes it", () => {
  const ink = { ...Object.fromEntries(["paper", "ink", "ink-2", "ink-base", "line", "edge", "well", "accent"].map((name) => [name, name])), family: Object.fromEntries(FAMILY_KEYS.map((key) => [key, `family-${key}`])) };
  const state = stateOf(given);
  const pen = new SvgPen(600, 400);
  paintChart(pen, state, placeOf(state, 600, 400), ink, { hover: null, lasso: null, caught: [], moving: null, flights: null, layer: null });
  const text = pen.text();
  const filled = (family) => [...text.matchAll(new RegExp(`fill="family-${family}"`, "g"))].length;
  assert.deepEqual(["q", "pq", "p", "pdq"].map(filled), [2, 1, 1, 0]);
  assert.equal([...text.matchAll(/stroke="family-pdq"/g)].length, 2, "a cross in the gutter");
  assert.ok(!/NaN|undefined|Infinity/.test(text));
  assert.equal((text.match(/<g /g) || []).length, (text.match(/<\/g>/g) || []).length);
});

test("a letter stays with its file while others come and go", () => {
  const first = lettered({}, ["c1", "c2", "c3"]);
  assert.deepEqual(first, { c1: "A", c2: "B", c3: "C" });
  const without = lettered(first, ["c3", "c2"]);
  assert.deepEqual(without, { c3: "C", c2: "B" });
  assert.deepEqual(lettered(without, ["c9", "c2", "c3"]), { c9: "A", c2: "B", c3: "C" });
});

test("what was called off has not failed", () => {
  const said = (status) => spokenPoint("en", null, { id: "c1", status, reason: "A reason." });
  assert.equal(said("failed"), "c1, failed: A reason.");
  assert.equal(said("cancelled"), "c1: A reason.");
});

test("an upright axis says where down is better", () => {
  const measure = (higher_is_better) => ({ name: "none-known", title: "RMSE", unit: "", higher_is_better });
  assert.equal(upLabel("en", measure(true), false, 2), "RMSE");
  assert.equal(upLabel("en", measure(false), false, 2), "RMSE, ↓ better");
});
