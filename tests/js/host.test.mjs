// What panels hear through a host, and that nothing is heard, asked or counted after the end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { LiveHost } = await import(found("live-host.js"));

/** As anywidget's: values, listeners by event, messages that were sent. */
function model(values = {}) {
  const heard = new Map();
  const sent = [];
  return {
    sent,
    listeners: () => [...heard.values()].reduce((count, acts) => count + acts.size, 0),
    get: (name) => values[name],
    on: (event, act) => heard.set(event, (heard.get(event) || new Set()).add(act)),
    off: (event, act) => heard.get(event).delete(act),
    send: (content) => sent.push(content),
    tell: (event, given) => [...(heard.get(event) || [])].forEach((act) => act(given)),
  };
}

test("panels that are made anew leave no listener behind, and the host goes on", () => {
  const kernel = model();
  const host = new LiveHost(kernel);
  const before = kernel.listeners();
  const told = [];
  host.on("language", () => told.push("host"));
  for (let k = 0; k < 50; k += 1) {
    const panels = host.showing();
    panels.on("run", () => told.push(k));
    panels.close();
  }
  assert.equal(kernel.listeners(), before + 1);
  kernel.tell("change:run");
  kernel.tell("change:language");
  assert.deepEqual(told, ["host"]);
  host.close();
  assert.equal(kernel.listeners(), 0);
});

test("each question has its own answer, whoever of the host's panels asks", async () => {
  const kernel = model();
  const host = new LiveHost(kernel);
  const asked = [host.answer("a"), host.showing().answer("b"), host.showing().answer("c")];
  const numbers = kernel.sent.map((message) => message.number);
  assert.equal(new Set(numbers).size, 3);
  for (const number of [...numbers].reverse()) kernel.tell("msg:custom", { answer: number, value: number });
  assert.deepEqual(await Promise.all(asked), numbers);
  host.close();
});

test("an answer of bytes is heard as bytes", async () => {
  const kernel = model();
  const host = new LiveHost(kernel);
  const asked = host.answer("a");
  const piece = new DataView(new ArrayBuffer(3));
  host.hear({ answer: kernel.sent[0].number, value: null }, [piece]);
  assert.equal(await asked, piece);
  host.close();
});

test("two views of one widget do not take each other's answers, and who waits too long goes on", async () => {
  const kernel = model();
  const [one, other] = [new LiveHost(kernel), new LiveHost(kernel)];
  const asked = [one.answer("a"), other.answer("b"), one.answer("c", {}, undefined, 5)];
  for (const { number, ask } of [...kernel.sent].reverse()) if (ask !== "c") kernel.tell("msg:custom", { answer: number, value: ask });
  assert.deepEqual(await Promise.all(asked), ["a", "b", undefined]);
  one.close();
  other.close();
});

const { publishPieces } = await import(found("publish-fetch.js"));

test("a published version comes in as many pieces as there are, in their order, or not at all", async () => {
  const bytes = [3, 4, 1].map((size) => new DataView(new ArrayBuffer(size)));
  const asked = [];
  const kernel = (answers) => ({ answer: async (what, fields) => (what === "publish-pack" ? true : (asked.push(fields.offset), answers.shift())) });
  assert.deepEqual(await publishPieces(kernel([{ wait: true }, ...bytes, new DataView(new ArrayBuffer(0))]), "name", 1), bytes);
  assert.deepEqual(asked, [0, 0, 3, 7, 8]);
  assert.equal(await publishPieces(kernel([bytes[0], undefined]), "name", 1), null);
  assert.equal(await publishPieces({ answer: async () => null }, "name", 1), null);
});
