// Files on their way to the kernel: what they are, the pieces, and the digest, held against node's own.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { loadKind, loadPieces, loadRefusal, loadSuffix } from "../../widgets/workbench_widgets/assets/js/load-files.js";
import { samplePixels, sampleWrong } from "../../widgets/workbench_widgets/assets/js/sample-pixels.js";
import { Sha256 } from "../../widgets/workbench_widgets/assets/js/sha256.js";
import { found } from "./folders.mjs";

const { loadLacks } = await import(found("load-own.js"));
await import(found("words-load.js"));
const { WORDS } = await import(found("words.js"));

const letters = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const zipOf = (name) => letters(`PK\u0003\u0004${"\0".repeat(26)}${name}`);

test("a digest is node's, however the bytes are cut", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, k) => (k * 7919) % 251);
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000]) {
    const expected = createHash("sha256").update(bytes.subarray(0, length)).digest("hex");
    for (const piece of [1, 7, 64, 1000]) {
      const digest = new Sha256();
      for (const [from, to] of loadPieces(length, piece)) digest.add(bytes.subarray(from, to));
      assert.equal(digest.hex(), expected, `${length} bytes in pieces of ${piece}`);
    }
  }
});

test("pieces follow each other without a gap, and an empty file has one", () => {
  assert.deepEqual(loadPieces(2_500_000), [[0, 1_000_000], [1_000_000, 2_000_000], [2_000_000, 2_500_000]]);
  assert.deepEqual(loadPieces(10, 5), [[0, 5], [5, 10]]);
  assert.deepEqual(loadPieces(0), [[0, 0]]);
});

test("a file's kind follows from its name", () => {
  const text = letters("a,b\n1,2\n");
  assert.equal(loadSuffix("Net.V2.SafeTensors"), "safetensors");
  assert.equal(loadSuffix("README"), "");
  assert.equal(loadKind("net.safetensors", text), "weights");
  assert.equal(loadKind("rows.CSV", text), "data");
  assert.equal(loadKind("net.ONNX", text), "model");
  assert.equal(loadKind("net.onnx.data", text), "part");
  assert.equal(loadKind("model.onnx_data", text), "part");
  assert.equal(loadKind("rows.data", text), "unknown");
  assert.equal(loadKind("rows.txt", text), "unknown");
});

test("a pickle is one by its name or its first bytes, whatever it is called", () => {
  for (const name of ["net.pt", "net.PTH", "net.pkl", "net.ckpt", "pytorch_model.bin"]) assert.equal(loadKind(name, letters("x")), "pickle");
  for (const protocol of [2, 3, 4, 5]) assert.equal(loadKind("net.safetensors", Uint8Array.of(0x80, protocol, 0x8a)), "pickle");
  assert.equal(loadKind("rows.npz", zipOf("archive/data.pkl")), "pickle");
  assert.equal(loadKind("rows.npz", zipOf("x.npy")), "data");
  assert.equal(loadKind("rows.csv", Uint8Array.of(0x80, 0x20)), "data");
});

test("what is not sent is said by its word's key", () => {
  const text = letters("a,b\n");
  assert.equal(loadRefusal("net.pt", 9, text, 200), "load-pickle");
  assert.equal(loadRefusal("net.safetensors", 9, Uint8Array.of(0x80, 4), 200), "load-pickle-inside");
  assert.equal(loadRefusal("net.onnx", 9, text, 200), null);
  assert.equal(loadRefusal("net.onnx", 9, Uint8Array.of(0x80, 4), 200), "load-pickle-inside");
  assert.equal(loadRefusal("net.zip", 9, text, 200), "load-unknown");
  assert.equal(loadRefusal("rows.csv", 0, new Uint8Array(), 200), "load-empty");
  assert.equal(loadRefusal("rows.csv", 200_000_001, text, 200), "load-too-large");
  assert.equal(loadRefusal("rows.csv", 200_000_000, text, 200), null);
});

test("data without labels ask for a model, and a model for data", () => {
  const own = (given) => loadLacks({ file: "", factory: "", tasked: true, trainable: false, networks: [], ...given });
  assert.equal(own({}), "load-needs-model");
  for (const given of [{ trainable: true, networks: ["mlp"] }, { file: "net.onnx" }, { factory: "mine:net" }]) assert.equal(own(given), "");
  assert.equal(own({ file: "net.onnx", tasked: false }), "load-needs-data");
  for (const key of ["load-needs-model", "load-needs-data"]) assert.equal(WORDS[key].length, 2);
});

test("pixels are opaque; one byte a pixel is grey, three are a colour", () => {
  assert.deepEqual([...samplePixels(Uint8Array.of(7, 200), 2)], [7, 7, 7, 255, 200, 200, 200, 255]);
  assert.deepEqual([...samplePixels(Uint8Array.of(1, 2, 3), 1)], [1, 2, 3, 255]);
});

test("an answer is wrong only where the truth is known to be another class", () => {
  assert.ok(sampleWrong({ answer: "3", truth: "8", share: 0.6 }));
  assert.ok(!sampleWrong({ answer: "3", truth: "3", share: 0.6 }));
  assert.ok(!sampleWrong({ answer: "3", truth: null, share: 0.6 }));
  assert.ok(!sampleWrong({ answer: "3.1", truth: "3", share: null }));
});
