// The page's arithmetic of layers, held against the cases that the library's own is held against (tests/study/test_estimate.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { estimate, even, isPart } from "../../workbench/plots/assets/js/estimate.js";

const cases = JSON.parse(readFileSync(new URL("cases/estimate.json", import.meta.url), "utf8"));

for (const { name, structure, steps, expected } of cases) {
  test(`the same sums as the library: ${name}`, () => {
    const told = estimate(structure, steps);
    const layers = told.layers.map((layer) => [layer.parameters, layer.macs, layer.bytes]);
    assert.deepEqual({ ...told, layers }, expected);
    assert.deepEqual(told.layers.map((layer) => layer.layer), structure.layers.map((layer) => layer.layer));
  });
}

test("halves go to the even neighbour, as in Python", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 3.4999, 3.5, 7].map(even), [0, 2, 2, 3, 4, 7]);
});

test("a part is a layer or what holds it", () => {
  assert.ok(isPart("layers.2.conv1", "layers.2") && isPart("fc", "fc"));
  assert.ok(!isPart("layers.20.conv1", "layers.2") && !isPart("layers", "layers.2"));
});

test("a thousand layers in a chain lose outputs and inputs", () => {
  const layers = Array.from({ length: 1000 }, (_, k) => ({ layer: `l${k}`, operator: "Conv", macs: 1e6, parameters: 1e4, reads: [k], makes: k === 999 ? 0 : k + 1 }));
  const steps = [0.1, 0.2, 0.3].map((ratio) => ({ technique: "StructuredPruning", on: true, fields: { ratio, layers: {}, leave_alone: [] } }));
  const told = estimate({ layers, other_bytes: 0 }, steps);
  assert.equal(told.layers.length, 1000);
  assert.equal(told.layers[500].parameters, even(1e4 * (0.9 * 0.8 * 0.7) ** 2));
});
