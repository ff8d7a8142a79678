// What the form of the panel Publish says below the name and beside its button.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { publishBusy, publishTaken } = await import(found("publish-form.js"));

const say = (key, fields = {}) => [key, ...Object.values(fields)].join(" ");

test("what was published before is not said beside a form that is refused", () => {
  assert.equal(publishBusy({ done: {} }, say), "publish-done-short");
  assert.equal(publishBusy({ done: {}, errors: { name: "", licence: undefined } }, say), "publish-done-short");
  assert.equal(publishBusy({ done: {}, errors: { name: "It cannot be a name." } }, say), "");
  assert.equal(publishBusy({ done: null }, say), "");
});

test("no version is promised of what cannot be a name", () => {
  const view = { name: "a", file: {}, taken: null, nameable: true };
  assert.equal(publishTaken(view, say), "publish-free");
  assert.equal(publishTaken({ ...view, nameable: false }, say), "");
  assert.equal(publishTaken({ ...view, taken: { next_version: 3, same: null } }, say), "publish-taken 3");
});
