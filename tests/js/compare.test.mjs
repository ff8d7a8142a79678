// Figures of a comparison as they are written: signs, differences, intervals, fields; which classes paid most.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { allSame, compareDelta, compareField, compareInterval, compareSign, compareVerdict, holdsZero, paidMost, pairedEnds, pairedSaid, pairedSpan, signed } = await import(found("compare-figures.js"));
const { changedKind, changedSaid } = await import(found("compare-changed.js"));
const { WORDS } = await import(found("words.js"));

test("numbers are signed with a true minus, and nothing is neither", () => {
  assert.deepEqual([-0.44, 1.26, 0, -0.04].map((value) => signed(value)), ["−0.4", "+1.3", "0.0", "0.0"]);
  assert.equal(signed(-3, 0), "−3");
});

test("shares differ in points, amounts in per cent of the baseline's", () => {
  assert.equal(compareDelta("en", 0.911, 0.934, "share"), "−2.3 pp");
  assert.equal(compareDelta("en", 127, 753, "bytes"), "−83 %");
  assert.equal(compareDelta("en", 102.3, 100, "kB"), "+2.3 %");
  assert.equal(compareDelta("en", 102.3, 100, "ms"), "", "two moments of one machine are not compared");
  assert.equal(compareDelta("en", 5, 5, "MACs"), "same");
  assert.equal(compareDelta("en", 2, 1, "x"), "");
  assert.equal(compareDelta("en", 2, 0, "bytes"), "");
  assert.equal(compareDelta("en", 2, null, "bytes"), "");
});

test("an interval is said where the figure is not exact", () => {
  assert.equal(compareInterval("en", [0.9, 0.88, 0.92, "share"]), "88.0 to 92.0\u00a0%");
  assert.equal(compareInterval("en", [7, 7, 7, "bytes"]), "");
  assert.equal(compareInterval("en", [2, 1, null, "ms"]), "", "of an open end nothing is said: no interval is known");
});

test("a verdict is the library's sentence in parts", () => {
  assert.deepEqual(compareVerdict({ verdict: "83 % smaller · loses 2.3 points (1 to 3)" }), ["83 % smaller", "loses 2.3 points (1 to 3)"]);
  assert.deepEqual(compareVerdict({ verdict: null }), []);
  assert.deepEqual(["none", "small", "large", "unknown"].map(compareSign), ["=", "↓", "⇊", "?"]);
});

test("classes that paid most come first, and one without samples last", () => {
  const recalls = [
    [[0, -0.1, 0.1, 0.9], [-0.2, -0.3, -0.1, 0.8], null],
    [[-0.3, -0.4, -0.2, 0.9], [0, -0.1, 0.1, 0.8], null],
  ];
  const rows = paidMost(recalls);
  assert.deepEqual(rows.map((row) => row.place), [0, 1, 2]);
  assert.deepEqual(rows.map((row) => row.before), [0.9, 0.8, null]);
  assert.ok(holdsZero(recalls[0][0]) && !holdsZero(recalls[0][1]));
});

test("one plot holds all intervals and zero", () => {
  const [low, high] = pairedSpan([[-0.02, -0.03, -0.01], [0.01, null, 0.02]]);
  assert.ok(low < -0.03 && high > 0.02);
  assert.ok(pairedSpan([[0, 0, 0]])[0] < 0);
  assert.ok(pairedSpan([[3.7, null, null]])[1] > 3.7, "a dot without an interval is within, too");
});

test("a difference whose interval is not known has none, in words and as a line", () => {
  assert.equal(pairedSaid("en", [3.7, null, null], ""), "+3.70");
  assert.equal(pairedSaid("en", [3.7, 0, null], ""), "+3.70");
  assert.equal(pairedSaid("en", [-0.004, -0.009, 0.001], "share"), "−0.4 pp (−0.9 to +0.1)");
  assert.deepEqual([pairedEnds([3.7, 0, null]), pairedEnds([1, 0, 2])], [null, [0, 2]]);
});

test("fields of recipes are text", () => {
  const text = (value, unit = "") => compareField("en", value, unit);
  assert.deepEqual([null, undefined, [], {}].map((value) => text(value)), ["–", "–", "–", "–"]);
  assert.deepEqual([text(0.25, "share"), text(8, "bits"), text(true), text(["a", "b"]), text("minmax")], ["25 %", "8", "yes", "a, b", "minmax"]);
  assert.deepEqual([text(0.001), text(-1.5), text(0.1 + 0.2, "share")], ["0.001", "−1.5", "30 %"]);
  assert.deepEqual([text(3, "epochs"), text(1, "epochs"), text([["StaticQuantization", null]])], ["3 epochs", "1 epoch", "int8"]);
  assert.ok(allSame(["a", "a"]) && !allSame(["a", "b"]));
});

test("every kind of change has its word", () => {
  for (const kind of ["right_to_wrong", "wrong_to_right", "both_wrong", "changed", "farther", "nearer"]) {
    assert.ok(changedKind(kind) in WORDS, kind);
    if (changedSaid(kind)) assert.ok(changedSaid(kind) in WORDS);
  }
});
