// The rail's line of each step.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { railState } = await import(found("rail.js"));

test("each step says where it stands, in few words", () => {
  const said = (name, view, steps = []) => railState("en", name, view, steps);
  assert.equal(said("load", { study: "digits" }), "digits");
  assert.equal(said("model", { size_bytes: 753_000 }), "753\u2009kB");
  assert.equal(said("recipe", {}, [{ on: true }, { on: false }, {}]), "2 steps");
  assert.equal(railState("zh", "recipe", {}, [{}]), "1 步");
  assert.equal(said("run", { jobs: [{ state: "done" }, { state: "running" }, { state: "waiting" }] }), "1 running, 1 waiting");
  assert.equal(said("run", { jobs: [{ state: "done" }] }), "1 file");
  assert.equal(said("frontier", { points: [{ status: "measured" }, { status: "failed" }, { status: "measured" }] }), "2 files");
  assert.equal(said("compare", { columns: [{ id: "baseline" }, { id: "c2" }, { id: "c1" }] }), "c2, c1");
  assert.equal(said("publish", { done: { version: 3 } }), "version 3");
  for (const name of ["load", "model", "run", "compare", "publish", "frontier"]) assert.equal(said(name, {}), "", name);
});
