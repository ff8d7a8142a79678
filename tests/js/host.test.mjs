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
  host.hear({ answer: 1, value: null }, [piece]);
  assert.equal(await asked, piece);
  host.close();
});
