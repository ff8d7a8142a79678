// The spine: which layers an arc joins, read off the widths that layers share; areas that are bytes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { spineArcs, spineLanes, spineRadius } = await import(found("model-spine.js"));

const layers = (...ends) => ends.map(([reads, makes]) => ({ reads: [reads].flat(), makes }));

test("a layer that shares its width with an earlier one is added to it", () => {
  const net = layers([0, 1], [1, 2], [2, 1], [1, 3], [3, 1], [1, 0]);
  assert.deepEqual(spineArcs(net), [{ from: 0, to: 2, branch: null }, { from: 2, to: 4, branch: null }]);
});

test("a shortcut's own layer stands on its arc, before or behind the layer that it is added to", () => {
  const before = layers([0, 1], [1, 2], [1, 3], [2, 3], [3, 4], [4, 3], [3, 0]);
  assert.deepEqual(spineArcs(before), [{ from: 0, to: 3, branch: 2 }, { from: 3, to: 5, branch: null }]);
  const behind = layers([0, 1], [1, 2], [2, 3], [1, 3], [3, 4], [4, 3], [3, 0]);
  assert.deepEqual(spineArcs(behind), [{ from: 0, to: 3, branch: 3 }, { from: 3, to: 5, branch: null }]);
});

test("a chain has no arcs, nor has one of depthwise layers, which are as wide as what they are fed", () => {
  assert.deepEqual(spineArcs(layers([0, 1], [1, 2], [2, 3], [3, 0])), []);
  assert.deepEqual(spineArcs([...layers([0, 1]), { reads: [], makes: 1 }, ...layers([1, 2]), { reads: [], makes: 2 }]), []);
  assert.deepEqual(spineArcs([{}, {}]), [], "where nothing is known of the graph");
});

test("arcs that run beside each other have lanes of their own, one after the other the same", () => {
  assert.deepEqual(spineLanes([{ from: 0, to: 2 }, { from: 2, to: 4 }, { from: 1, to: 3 }]), [0, 0, 1]);
});

test("a node's area is its bytes", () => {
  const [one, four] = [spineRadius(25, 100), spineRadius(100, 100)];
  assert.ok(Math.abs((four / one) ** 2 - 4) < 1e-9 && spineRadius(0, 100) > 0);
});

test("a thousand layers are joined at once", () => {
  const net = layers([0, 1], ...Array.from({ length: 999 }, (_, k) => (k % 2 ? [k + 1, 1] : [1, k + 2])));
  assert.equal(spineArcs(net).length, 499);
});
