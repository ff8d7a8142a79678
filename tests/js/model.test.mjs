// The layer table: order, filter, what is asked for each layer, and the keys of its grid.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { found } from "./folders.mjs";

const layers = await import(found("model-layers.js"));
const { gridPlace } = await import(found("model-grid.js"));
const { modelEstimate } = await import(found("model.js"));
const { percent } = await import(found("model-row.js"));

const row = (layer, operator, kernel, shape, parameters, time_share, depthwise = false) => ({ layer, operator, kernel, depthwise, shape, parameters, macs: parameters * 10, bytes: parameters * 4, time_share, fixed: false });
const ROWS = [
  row("stem", "Conv", [3, 3], [1, 16], 144, 0.1),
  row("layers.0.conv1", "Conv", [3, 3], [16, 16], 2304, 0.5),
  row("layers.0.dw", "Conv", [3, 3], [16, 16], 144, null, true),
  row("layers.10.down", "Conv", [1, 1], [16, 32], 512, 0.2),
  row("fc", "Gemm", [], [64, 10], 650, 0.2),
];
const shown = (order) => layers.layersShown(ROWS, order).map((one) => one.layer);
const NAMES = ROWS.map((one) => one.layer);

test("rows are found by name or kind", () => {
  assert.deepEqual(shown({}), NAMES);
  assert.deepEqual(shown({ text: " DOWN" }), ["layers.10.down"]);
  assert.deepEqual(shown({ text: "linear" }), ["fc"]);
  assert.deepEqual(shown({ text: "1×1" }), ["layers.10.down"]);
  assert.deepEqual(shown({ kind: "conv 3×3" }), ["stem", "layers.0.conv1"]);
  assert.deepEqual(shown({ text: "zzz" }), []);
  assert.deepEqual(layers.layerKinds(ROWS), ["conv 3×3", "depthwise 3×3", "conv 1×1", "linear"]);
});

test("rows are sorted, equal ones in the graph's order, unknown ones last", () => {
  assert.deepEqual(shown({ by: "parameters", down: true }), ["layers.0.conv1", "fc", "layers.10.down", "stem", "layers.0.dw"]);
  assert.deepEqual(shown({ by: "parameters" }), ["stem", "layers.0.dw", "layers.10.down", "fc", "layers.0.conv1"]);
  for (const down of [true, false]) assert.equal(shown({ by: "time_share", down }).at(-1), "layers.0.dw");
  assert.deepEqual(shown({ by: "time_share", down: true }).slice(0, 3), ["layers.0.conv1", "layers.10.down", "fc"]);
  assert.deepEqual(shown({ down: true }), [...NAMES].reverse());
  assert.deepEqual(ROWS.map((one) => one.layer), NAMES);
});

const prune = (fields = {}, on = true) => ({ id: "p", technique: "StructuredPruning", on, fields: { ratio: 0.5, leave_alone: [], layers: {}, ...fields } });
const quantize = (fields = {}) => ({ id: "q", technique: "StaticQuantization", on: true, fields: { leave_alone: [], ...fields } });

test("what is asked of a layer is read off the first card that is switched on", () => {
  assert.equal(layers.pruneOf([quantize()], "fc"), null);
  assert.equal(layers.bitsOf([prune()], "fc"), null);
  assert.deepEqual(layers.pruneOf([prune({ ratio: 0.1 }, false), { ...prune(), id: "p2" }], "fc"), { ask: "recipe", ratio: 0.5 });
  assert.deepEqual(layers.pruneOf([prune({ layers: { fc: 0.2 } })], "fc"), { ask: "own", ratio: 0.2 });
  assert.deepEqual(layers.pruneOf([prune({ leave_alone: ["layers.0"] })], "layers.0.conv1"), { ask: "alone", ratio: 0.5 });
  assert.equal(layers.bitsOf([quantize({ leave_alone: ["layers"] })], "layers.10.down"), "float");
});

test("a choice is written into the card, and taken back", () => {
  const fields = (list) => list.find((step) => step.id === "p").fields;
  const start = [prune(), quantize()];
  const alone = layers.withPrune(start, "fc", { ask: "alone" }, NAMES);
  assert.deepEqual(fields(alone).leave_alone, ["fc"]);
  assert.deepEqual(start[0].fields.leave_alone, []);
  const own = layers.withPrune(alone, "fc", { ask: "own", ratio: 0.3 }, NAMES);
  assert.deepEqual([fields(own).leave_alone, fields(own).layers], [[], { fc: 0.3 }]);
  assert.deepEqual(fields(layers.withPrune(own, "fc", { ask: "recipe" }, NAMES)), fields(start));
  const float = layers.withBits(start, "stem", "float", NAMES);
  assert.deepEqual(float[1].fields.leave_alone, ["stem"]);
  assert.deepEqual(layers.withBits(float, "stem", "recipe", NAMES)[1].fields, start[1].fields);
});

test("a share of its own begins as the card's, and what is asked is known by a text", () => {
  const own = layers.withPrune([prune({ ratio: 0.4 })], "fc", { ask: "own" }, NAMES);
  assert.deepEqual(own[0].fields.layers, { fc: 0.4 });
  assert.equal(layers.askedOf([prune({ ratio: 0.1 })]), layers.askedOf([prune({ ratio: 0.7 })]));
  assert.notEqual(layers.askedOf(own), layers.askedOf([prune()]));
  assert.notEqual(layers.askedOf([quantize()]), layers.askedOf([]));
});

test("a part that was left alone is taken apart when one of its layers is not", () => {
  const list = [prune({ leave_alone: ["layers", "stem"] })];
  const changed = layers.withPrune(list, "layers.0.conv1", { ask: "recipe" }, NAMES);
  assert.deepEqual(changed[0].fields.leave_alone, ["layers.0.dw", "layers.10.down", "stem"]);
});

test("keys lead from cell to cell and stop at the edges", () => {
  const go = (key, place, given = {}) => gridPlace({ key, ...given }, place, 30, 9);
  assert.deepEqual(go("ArrowDown", [3, 2]), [4, 2]);
  assert.deepEqual(go("ArrowUp", [0, 2]), [0, 2]);
  assert.deepEqual(go("ArrowRight", [3, 8]), [3, 8]);
  assert.deepEqual(go("PageDown", [25, 0]), [29, 0]);
  assert.deepEqual(go("Home", [5, 4]), [5, 0]);
  assert.deepEqual(go("End", [5, 4], { ctrlKey: true }), [29, 8]);
  assert.equal(go("ArrowDown", [3, 2], { altKey: true }), null);
  assert.equal(go("x", [3, 2]), null);
});

test("what would go is known only of values that can be", () => {
  const { structure } = JSON.parse(readFileSync(new URL("cases/estimate.json", import.meta.url), "utf8"))[0];
  const whole = modelEstimate(structure, [prune({ ratio: 0 })]);
  assert.ok(modelEstimate(structure, [prune()]).size_bytes < whole.size_bytes);
  assert.equal(modelEstimate(structure, [prune({ ratio: 2 })]), null);
  assert.equal(modelEstimate(structure, [prune({ layers: { fc: "x" } })]), null);
  assert.equal(modelEstimate(structure, []), null);
});

test("shares have at most three digits", () => {
  assert.deepEqual([0.2123, 0.0713, 0.0004, 0, 1].map(percent), ["21.2\u00a0%", "7.1\u00a0%", "< 0.1\u00a0%", "0.0\u00a0%", "100\u00a0%"]);
});
