// The rail's line of each step.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { railState } = await import(found("rail.js"));

test("each step says where it stands, in few words", () => {
  const said = (name, view, steps = []) => railState("en", name, view, steps);
  assert.equal(said("load", { study: "digits" }), "digits");
  assert.equal(said("model", { size_bytes: 753_000 }), "753\u00a0kB");
  assert.equal(said("recipe", {}, [{ on: true }, { on: false }, {}]), "2 steps");
  assert.equal(railState("zh", "recipe", {}, [{}]), "1 步");
  assert.equal(said("run", { jobs: [{ state: "done" }, { state: "running" }, { state: "waiting" }] }), "1 running, 1 waiting");
  assert.equal(said("run", { jobs: [{ state: "done" }] }), "1 file");
  assert.equal(said("run", { jobs: [{ state: "interrupted" }, { state: "done" }] }), "1 interrupted");
  assert.equal(said("frontier", { points: [{ status: "measured" }, { status: "failed" }, { status: "measured" }] }), "2 files");
  assert.equal(said("compare", { columns: [{ id: "baseline" }, { id: "c2" }, { id: "c1" }] }), "c2, c1");
  assert.equal(said("publish", { done: { version: 3 } }), "version 3");
  for (const name of ["load", "model", "run", "compare", "publish", "frontier"]) assert.equal(said(name, {}), "", name);
});

const { topJob } = await import(found("top-job.js"));
const { asksForKeys } = await import(found("key-sheet.js"));

test("the line over all panels tells of what runs before what waits, and of how much is done", () => {
  const job = (candidate, state, index = 0, share = 0) => ({ candidate, state, steps: ["A", "B", "C", "D"], index, share });
  assert.equal(topJob([job("c1", "done"), job("", "waiting"), job("c2", "failed")]), null);
  const told = topJob([job("c3", "waiting"), job("c4", "running", 2, 0.5), job("c5", "waiting")]);
  assert.equal(told.job.candidate, "c4");
  assert.equal(told.more, 2);
  assert.equal(told.share, 0.375);
  assert.deepEqual([topJob([job("c3", "waiting")]).share, topJob([job("c3", "waiting")]).more], [0, 0]);
});

test("a question mark asks for the keys, unless it is typed into a field", () => {
  const pressed = (key, field, more = {}) => asksForKeys({ key, target: { closest: () => field }, ...more });
  assert.equal(pressed("?", null), true);
  assert.equal(pressed("?", {}), false);
  assert.equal(pressed("/", null), false);
  assert.equal(pressed("?", null, { ctrlKey: true }), false);
});
