// Where one was: what is kept of it, before there is a study and after.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { keepPlace, placeOf, placeRead } = await import(found("place.js"));

const STEPS = [{ technique: "StaticQuantization", on: true, fields: {} }];

test("nothing is kept while nothing is in hand", () => {
  assert.equal(placeOf({ selected: "", study: "" }, {}, STEPS, null), null);
});

test("an example that is being made ready is kept before it has a study", () => {
  const place = placeOf({ selected: "digits", study: "", busy: { step: "fit" } }, {}, STEPS, null);
  assert.deepEqual([place.study, place.opening, place.steps], ["", "digits", STEPS]);
});

test("a study is kept with what is chosen and typed; another example on its way does not take its place", () => {
  const typed = { name: "mine" };
  const place = placeOf({ selected: "digits-tokens", study: "page-digits", busy: { step: "fit" } }, { study: "page-digits", chosen: ["c2"] }, STEPS, typed);
  assert.deepEqual([place.study, place.opening, place.chosen, place.typed], ["page-digits", "digits-tokens", ["c2"], typed]);
  assert.equal(placeOf({ selected: "digits", study: "page-digits" }, {}, STEPS, null).opening, "");
});

test("files of one's own are kept before there is a study, with what was chosen for them", () => {
  const own = { begun: true, given: ["/a/x.npz", "/a/m.onnx"], task: "", network: "", train: false, study: "x-m", errors: {} };
  const place = placeOf({ selected: "", study: "", own }, {}, STEPS, null);
  assert.deepEqual(place.own, { given: own.given, task: "", network: "", train: false });
  assert.equal(placeOf({ selected: "own:x-m", study: "", own, busy: {} }, {}, STEPS, null).opening, "own:x-m");
  assert.equal(placeOf({ selected: "", study: "", own: { ...own, begun: false } }, {}, STEPS, null), null);
});

test("a place is read as it was written", () => {
  const typed = { name: "mine", licence: "MIT", intended_use: "", packed: false };
  const place = placeOf({ selected: "digits", study: "page-digits" }, { study: "page-digits", chosen: ["c2"] }, STEPS, typed);
  assert.deepEqual(placeRead(JSON.stringify(place)), place);
});

test("what is no place is none, and of another version's what is known is read", () => {
  for (const text of [null, "", "not json", "5", "[]", '{"study": {"a": 1}}']) assert.equal(placeRead(text), null);
  assert.deepEqual(placeRead('{"study": "s", "newer": 1, "typed": {"name": "x", "newer": 1}}'), { study: "s", typed: null });
});

test("what was typed for one study is not kept for the next", () => {
  const values = { load: {}, frontier: {}, recipe: { steps: STEPS } };
  const heard = new Map();
  const news = new Map();
  const storage = { getItem: () => null, setItem: (_, text) => (storage.text = text), removeItem: () => (storage.text = null) };
  Object.assign(globalThis, { sessionStorage: storage, localStorage: storage });
  keepPlace({ get: (name) => values[name], on: (name, act) => heard.set(name, act), news: { heed: (name, act) => news.set(name, act) } });
  const typed = { name: "a", licence: "MIT", intended_use: "", packed: false };
  const open = (study) => {
    values.frontier = { study };
    heard.get("frontier")();
    return placeRead(storage.text).typed;
  };
  news.get("typed")(typed);
  assert.deepEqual(open("one"), typed, "typed before there was a study");
  assert.deepEqual(open("one"), typed);
  assert.equal(open("other"), null);
  news.get("chosen")(["c2"]);
  assert.deepEqual(placeRead(storage.text).chosen, ["c2"], "before the kernel has heard of it");
  news.get("yaml")("- Pruning: half");
  assert.equal(placeRead(storage.text).yaml, "- Pruning: half", "a text that is no recipe yet");
  news.get("yaml")("");
  assert.equal(placeRead(storage.text).yaml, "");
});

test("what is taken up again stays as it was kept until it is in hand", () => {
  const kept = { study: "one", example: "", opening: "own:mine", steps: STEPS, yaml: "", chosen: ["c2"], typed: null, own: { given: ["/a/x.npz"], task: "", network: "", train: true }, job: "j" };
  const values = { load: { resuming: true, selected: "own:mine", busy: { step: "data" } }, frontier: {}, recipe: { steps: [] } };
  const heard = new Map();
  const news = new Map();
  const storage = { text: JSON.stringify(kept), getItem: () => storage.text, setItem: (_, text) => (storage.text = text), removeItem: () => (storage.text = null) };
  Object.assign(globalThis, { sessionStorage: storage, localStorage: storage });
  keepPlace({ get: (name) => values[name], on: (name, act) => heard.set(name, act), news: { heed: (name, act) => news.set(name, act) } });
  heard.get("load")();
  assert.deepEqual(placeRead(storage.text), { ...kept, typed: null });
  news.get("chosen")(["c3"]);
  assert.deepEqual(placeRead(storage.text), { ...kept, chosen: ["c3"], typed: null }, "but for what is chosen meanwhile");
  values.load = { selected: "", study: "one" };
  heard.get("load")();
  assert.deepEqual([placeRead(storage.text).opening, placeRead(storage.text).own], ["", null], "it was called off");
});
