// The line over all panels: how the baseline's figures are written.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { topFigure } = await import(found("top.js"));

test("a figure without a unit is named by its measure", () => {
  assert.equal(topFigure({ title: "Relative error", unit: "" }, 0), "Relative error 0");
  assert.equal(topFigure({ title: "Size", unit: "bytes" }, 36_400), "36.4\u00a0kB");
  assert.equal(topFigure({ title: "Accuracy", unit: "share" }, 0.934), "93.4\u00a0%");
});
