// The panel Recipe: cards and their order, sliders and figures, and the reading.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { found } from "./folders.mjs";

const steps = await import(found("steps.js"));
const scale = await import(found("recipe-scale.js"));
const read = await import(found("recipe-read.js"));
const { recipeCosts, recipeReading } = await import(found("recipe.js"));

const { structure } = JSON.parse(readFileSync(new URL("cases/estimate.json", import.meta.url), "utf8"))[0];
const field = (given) => ({ name: "f", kind: "number", low: null, high: null, search: null, scale: "linear", unit: "", optional: false, default: 0, ...given });
const ratio = field({ name: "ratio", low: 0, high: 0.95, search: [0.1, 0.8], unit: "share", default: 0.5 });
const epochs = field({ name: "epochs", kind: "integer", low: 1, high: 1000, search: [1, 20], default: 3 });
const rate = field({ name: "learning_rate", low: 0, high: 1, search: [1e-3, 3e-2], scale: "log", default: 0.01 });
const catalog = [
  { technique: "StructuredPruning", title: "Prune channels", order: "architecture", fields: [ratio] },
  { technique: "WeightClipping", title: "Clip weights", order: "weights", fields: [] },
  { technique: "Distillation", title: "Distil", order: "recovery", fields: [epochs, rate] },
  { technique: "StaticQuantization", title: "Quantize", order: "numerics", fields: [] },
  { technique: "HalfPrecision", title: "Half precision", order: "numerics", fields: [] },
];
const card = (technique, fields = {}, on = true) => ({ id: `${technique}-${JSON.stringify(fields)}`, technique, on, fields });
const names = (list) => list.map((step) => step.technique);
const PRUNE = card("StructuredPruning", { ratio: 0.5 });
const DISTIL = card("Distillation", { epochs: 3 });
const INT8 = card("StaticQuantization");

test("a new card stands behind all that has to be before it", () => {
  const after = (technique, list) => names(steps.withStep(list, catalog.find((entry) => entry.technique === technique), catalog));
  assert.deepEqual(after("Distillation", [PRUNE, INT8]), ["StructuredPruning", "Distillation", "StaticQuantization"]);
  assert.deepEqual(after("WeightClipping", [PRUNE, DISTIL, INT8]), ["StructuredPruning", "WeightClipping", "Distillation", "StaticQuantization"]);
  assert.deepEqual(after("StaticQuantization", []), ["StaticQuantization"]);
  const made = steps.withStep([], catalog[2], catalog)[0];
  assert.deepEqual([made.fields, made.on], [{ epochs: 3, learning_rate: 0.01 }, true]);
});

test("cards move, and stay where they cannot go farther", () => {
  const list = [PRUNE, DISTIL, INT8];
  assert.deepEqual(names(steps.withMove(list, DISTIL.id, -1)), ["Distillation", "StructuredPruning", "StaticQuantization"]);
  assert.deepEqual(names(steps.withMove(list, PRUNE.id, 9)), ["Distillation", "StaticQuantization", "StructuredPruning"]);
  assert.equal(steps.withMove(list, PRUNE.id, -1), list);
  assert.equal(steps.withMove(list, "nobody", 1), list);
});

test("a copy is another card, and its fields are its own", () => {
  const copied = steps.withCopy([card("StructuredPruning", { layers: { fc: 0.5 } }), DISTIL], card("StructuredPruning", { layers: { fc: 0.5 } }).id);
  assert.deepEqual(names(copied), ["StructuredPruning", "StructuredPruning", "Distillation"]);
  assert.notEqual(copied[0].id, copied[1].id);
  copied[1].fields.layers.fc = 0;
  assert.equal(copied[0].fields.layers.fc, 0.5);
});

test("values and switches change one card", () => {
  const changed = steps.withSwitch(steps.withField([PRUNE, DISTIL], PRUNE.id, "ratio", 0.25), DISTIL.id, false);
  assert.deepEqual(changed.map(steps.plainStep), [
    { technique: "StructuredPruning", on: true, fields: { ratio: 0.25 } },
    { technique: "Distillation", on: false, fields: { epochs: 3 } },
  ]);
  assert.equal(PRUNE.fields.ratio, 0.5);
  assert.ok(steps.sameSteps([PRUNE], [{ ...PRUNE, id: "other" }]) && !steps.sameSteps([PRUNE], [PRUNE, PRUNE]));
});

test("an impossible order is mended, and training stays behind what it mends", () => {
  const mend = (...list) => steps.mended(list, catalog);
  assert.deepEqual(names(mend(INT8, PRUNE, DISTIL)), ["StructuredPruning", "Distillation", "StaticQuantization"]);
  const clip = card("WeightClipping");
  assert.deepEqual(names(mend(clip, DISTIL, PRUNE)), ["StructuredPruning", "WeightClipping", "Distillation"]);
  const half = card("HalfPrecision");
  assert.deepEqual(mend(INT8, half).map((step) => step.on), [false, true]);
  assert.deepEqual(mend(INT8, card("HalfPrecision", {}, false)).map((step) => step.on), [true, false]);
});

test("fields that a refusal names are set in every such card, and the order stays", () => {
  const off = card("Distillation", { epochs: 2 }, false);
  const made = steps.mendedBy([PRUNE, DISTIL, off, INT8], { step: 1, sets: { alpha: 0 } }, catalog);
  assert.deepEqual(made.map((step) => step.fields), [{ ratio: 0.5 }, { epochs: 3, alpha: 0 }, { epochs: 2 }, {}]);
  assert.deepEqual(names(steps.mendedBy([INT8, PRUNE], { step: 1 }, catalog)), ["StructuredPruning", "StaticQuantization"]);
});

test("a slider reaches what is worth searching and somewhat more, never beyond the bounds", () => {
  assert.deepEqual(scale.sliderRange(ratio), [0, 0.95]);
  assert.deepEqual(scale.sliderRange(epochs), [1, 30]);
  const [low, high] = scale.sliderRange(rate);
  assert.ok(low > 0 && low < 1e-3 && high > 3e-2 && high <= 1);
  assert.equal(scale.sliderRange(field({ low: 0 })), null);
  assert.deepEqual(scale.sliderRange(field({ kind: "integer", low: 1, high: 64 })), [1, 64]);
});

test("places and values of a slider belong together", () => {
  for (const one of [ratio, epochs, rate]) {
    const { min, max, step } = scale.sliderPlaces(one);
    for (let place = min; place <= max; place += step * 7) {
      const value = scale.valueAt(one, place);
      assert.ok(Math.abs(scale.placeOf(one, value) - place) <= Math.max(step, (max - min) / 50), `${one.name} ${place} ${value}`);
      assert.ok(scale.withinBounds(one, value));
    }
  }
  assert.equal(scale.valueAt(ratio, 0.53), 0.53);
  assert.equal(scale.placeOf(ratio, 7), 0.95);
});

test("one step of a slider changes the value", () => {
  for (const one of [ratio, epochs, rate, field({ kind: "integer", low: 1, high: 1e5, search: [64, 1024], scale: "log" })]) {
    const { step } = scale.sliderPlaces(one);
    const place = scale.placeOf(one, one.search[1]);
    assert.notEqual(scale.valueAt(one, place + step), scale.valueAt(one, place), one.name);
  }
});

test("shares are written in per cent and read back", () => {
  assert.equal(scale.shownNumber(ratio, 0.29), "29");
  assert.equal(scale.typedNumber(ratio, "29"), 0.29);
  assert.equal(scale.typedNumber(ratio, " 7.5 "), 0.075);
  assert.equal(scale.typedNumber(epochs, "3"), 3);
  assert.equal(scale.typedNumber(epochs, ""), null);
  assert.equal(scale.typedNumber(epochs, "three"), "three");
  assert.equal(scale.shownNumber(epochs, "three"), "three");
});

test("what the library would refuse is outside", () => {
  const outside = [[ratio, 0.96], [ratio, -0.1], [ratio, null], [ratio, "x"], [epochs, 2.5], [epochs, 0]];
  for (const [one, value] of outside) assert.ok(!scale.withinBounds(one, value), `${one.name} ${value}`);
  assert.ok(scale.withinBounds({ ...ratio, optional: true }, null) && scale.withinBounds(field({ kind: "text" }), "x"));
});

test("lists of names and tables of shares are texts and back", () => {
  assert.deepEqual(scale.namesOf("layers.0, fc\n stem ,"), ["layers.0", "fc", "stem"]);
  assert.equal(scale.namesText(["a", "b"]), "a, b");
  const shares = { "layers.0.conv1": 0.3, fc: 0.075 };
  assert.deepEqual(scale.sharesOf(scale.sharesText(shares)), shares);
  assert.deepEqual(scale.sharesOf("a: 0.5, b: 20 %"), { a: 0.5, b: 0.2 });
  assert.equal(scale.sharesOf("a 0.5"), null);
});

const value = (given = {}) => ({ steps: [PRUNE, DISTIL, INT8], catalog, errors: [], baseline: { size_bytes: [79_000, 79_000, 79_000], quality: [0.95, 0.93, 0.97], latency: [0.2, 0.19, 0.21], macs: [764_192, 0, 0] }, metric: { title: "Accuracy", unit: "share" }, measured: null, preview: { state: "none", size_bytes: null, accuracy: null }, latency: null, cost_seconds: null, busy: null, ready: true, ...given });
const reading = (given, list = [PRUNE, DISTIL, INT8]) => recipeReading(value(given), structure, list, catalog);

test("the estimate follows the cards without the kernel", () => {
  const now = reading({});
  const moved = reading({}, [{ ...PRUNE, fields: { ratio: 0.6 } }, DISTIL, INT8]);
  assert.ok(now.fresh && !moved.fresh && moved.estimate.size_bytes < now.estimate.size_bytes);
  const [size] = read.readParts("en", moved);
  assert.ok(size.value.startsWith("≈ ") && !size.solid && size.under.startsWith("−"));
  assert.equal(recipeReading(value(), null, [PRUNE], catalog).estimate, null);
});

test("each card that is on has the cost of its own step; the kernel's part counts for these very steps alone", () => {
  const list = [PRUNE, { ...DISTIL, on: false }, INT8];
  const seconds = (now) => recipeCosts(recipeReading(value({ steps: list, step_seconds: [0.2, 3.5] }), structure, now, catalog));
  assert.deepEqual(seconds(list), [0.2, null, 3.5]);
  assert.deepEqual(seconds([{ ...PRUNE, fields: { ratio: 0.6 } }, ...list.slice(1)]), [null, null, null]);
  assert.deepEqual(recipeCosts(reading({})), [null, null, null]);
});

test("what was measured is solid, and the estimator's error stands beside it", () => {
  const figures = { size_bytes: [20_000, 0, 0], quality: [0.94, 0.92, 0.96], latency: [0.1, 0.09, 0.11], macs: [2e5, 0, 0], parameters: [2e4, 0, 0], speedup: [2, 1.9, 2.1] };
  const [size, quality, latency] = read.readParts("en", reading({ measured: "c3", figures }));
  assert.ok(size.solid && quality.solid && latency.solid);
  assert.equal(size.value, "20.0\u00a0kB");
  assert.match(size.found, /^≈ [\d.]+\u00a0kB estimated$/);
  assert.deepEqual([quality.under, quality.found], ["−1.0 pp", "92.0 to 96.0\u00a0%"], "the gap has no interval here: Compare has the paired one");
  assert.equal(latency.under, "2.00× faster");
  const slower = (low, ratio, high) => read.readParts("en", reading({ measured: "c3", figures: { ...figures, speedup: [ratio, low, high] } }))[2].under;
  assert.deepEqual([slower(0.92, 0.93, 0.94), slower(0.9, 0.97, 1.01)], ["1.08× as long", "as fast as before"]);
  const stale = reading({ measured: "c3", figures }, [{ ...PRUNE, fields: { ratio: 0.6 } }]);
  assert.equal(stale.measured, null);
});

test("an interval has the unit of its figure", () => {
  const around = (low, value, high) => read.readParts("en", reading({ latency: { low, value, high } }))[2];
  assert.deepEqual([around(0.015, 0.045, 0.135).value, around(0.015, 0.045, 0.135).found], ["≈ 0.0450\u00a0ms", "0.0150 to 0.135\u00a0ms"]);
  assert.deepEqual([around(0.09, 0.2, 0.3).value, around(0.09, 0.2, 0.3).found], ["≈ 0.200\u00a0ms", "0.0900 to 0.300\u00a0ms"]);
});

test("a preview's file and quality are solid under an estimate that stays hollow", () => {
  const list = [PRUNE, INT8];
  const preview = { state: "accuracy", size_bytes: 25_000, accuracy: [0.9, 0.88, 0.92] };
  const [size, quality] = read.readParts("en", reading({ steps: list, preview }, list));
  assert.ok(size.value.startsWith("≈") && /^file 25.0\u00a0kB, estimate [−+][\d.]+\u00a0%$/.test(size.found));
  assert.ok(quality.solid && quality.value === "90.0\u00a0%");
  const working = read.readParts("en", reading({ steps: list, preview: { state: "working", size_bytes: null, accuracy: null } }, list));
  assert.equal(working[1].under, "measuring …");
  assert.equal(read.readParts("en", reading({}))[1].under, "after the run");
});

test("a recipe that failed says why beside its estimate, until it is run again or changed", () => {
  const failed = { id: "c3", sentence: "It has no memory." };
  assert.match(read.readWhy("en", reading({ failed })), /^Failed as c3\. It has no memory\. /);
  const list = [PRUNE, INT8];
  assert.match(read.readWhy("en", reading({ steps: list, preview: { state: "failed", sentence: "Nothing can go." } }, list)), /Nothing can go\./);
  for (const other of [reading({ failed, busy: "c3" }), reading({ failed }, [PRUNE]), reading({})]) assert.equal(read.readWhy("en", other), "");
});

test("nothing is estimated while the recipe is refused", () => {
  const refused = reading({ errors: [{ step: 0, field: null, sentence: "No." }] });
  assert.deepEqual(read.readParts("en", refused).map((part) => part.value), ["–", "–", "–"]);
  const outside = reading({}, [{ ...PRUNE, fields: { ratio: 3 } }, DISTIL]);
  assert.ok(outside.refused && outside.estimate === null);
  const off = reading({}, [{ ...PRUNE, on: false, fields: { ratio: 3 } }, DISTIL]);
  assert.ok(!off.refused);
});

test("the button begins with Run whatever it says", () => {
  const label = (given, list) => read.runLabel("en", reading(given, list));
  assert.deepEqual(label({}), ["Run", false]);
  assert.deepEqual(label({ cost_seconds: 98.7 }), ["Run, about 1 min 39 s", false]);
  assert.deepEqual(label({ measured: "c3", figures: { size_bytes: [1, 1, 1] } }), ["Run: measured, show c3", false]);
  assert.deepEqual(label({ ready: false }), ["Run: choose a model first", true]);
  assert.deepEqual(label({ busy: "c4" }), ["Run: c4 is under way", true]);
  assert.deepEqual(label({ errors: [{ step: 0, field: null, sentence: "No." }] }), ["Run: mend the recipe first", true]);
});

test("a recipe has a short name", () => {
  assert.equal(read.shortName("en", [PRUNE, DISTIL, INT8], catalog), "prune 50\u00a0% · distil 3 ep. · int8");
  assert.equal(read.shortName("zh", [PRUNE, { ...DISTIL, on: false }], catalog), "剪枝 50\u00a0%");
  assert.equal(read.shortName("en", [], catalog), "the model as it came");
  assert.equal(read.shortName("en", [card("Mine")], [{ technique: "Mine", title: "My own", fields: [] }]), "My own");
});

test("steps are sent when the hand rests, and older echoes are no news", async () => {
  const acts = {};
  const host = { values: { recipe: { steps: [steps.plainStep(PRUNE)], turns: {} } }, asked: [], told: [], get: (name) => host.values[name], on: (name, act) => (acts[name] = act), ask: (what, fields) => host.asked.push([what, fields]), news: { tell: (...given) => host.told.push(given) } };
  host.whole = host;
  const kept = steps.stepsOf(host);
  assert.equal(steps.stepsOf(host), kept);
  const heard = [];
  kept.watch((what) => heard.push(what));
  const [{ id }] = kept.list;
  for (const share of [0.51, 0.52, 0.53]) kept.put(steps.withField(kept.list, id, "ratio", share));
  assert.equal(host.asked.length, 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(host.asked.length, 1);
  const [what, sent] = host.asked[0];
  assert.deepEqual([what, sent.steps, sent.turn], ["steps", [{ technique: "StructuredPruning", on: true, fields: { ratio: 0.53 } }], 3]);
  kept.flush();
  assert.equal(host.asked.length, 1);
  const echo = (share, turn) => {
    host.values.recipe = { steps: [{ technique: "StructuredPruning", on: true, fields: { ratio: share } }], turns: { [sent.view]: turn } };
    acts.recipe();
  };
  echo(0.51, 1);
  assert.equal(kept.list[0].fields.ratio, 0.53);
  echo(0.53, 3);
  echo(0.7, 3); // from another view, or another panel
  assert.equal(kept.list[0].fields.ratio, 0.7);
  assert.equal(kept.list[0].id, id);
  assert.deepEqual(heard, ["values", "values", "values", "news"]);
  kept.put(steps.withField(kept.list, id, "ratio", 0.8));
  kept.flush();
  assert.deepEqual(host.asked.at(-1)[1].steps[0].fields, { ratio: 0.8 });
});
