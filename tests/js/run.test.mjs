// What the panel Run says of jobs: counts, news, bars, pace, curves.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./folders.mjs";

const { runCounts, runDeviceName, runHint, runNews, runOfCurve, runSeen } = await import(found("run.js"));
const { runActs, runPace, runShares, runStep } = await import(found("run-row.js"));
const { curveEpochs, curveFigure, curveSeries, curveSpan, curveTicks, stepName } = await import(found("run-curve.js"));

const job = (given) => ({ candidate: "c1", recipe: "r", state: "running", steps: ["Distillation", "Export", "Measure"], step: "Distillation", index: 1, of: 3, share: 0.5, rate: 12.34, left: 94, reason: null, curve: [], ...given });
const point = (epoch, figures, epochs = 3) => ({ epoch, epochs, figures });

test("what is under way is counted, and nothing else", () => {
  const jobs = [job(), job({ state: "waiting" }), job({ state: "waiting" }), job({ state: "failed" })];
  assert.equal(runCounts("en", jobs), "1 running, 2 waiting");
  assert.equal(runCounts("zh", jobs), "1 个运行中, 2 个等待");
  assert.equal(runCounts("en", [job({ state: "done" })]), "");
});

test("news is what changed since the last time, and nothing at first", () => {
  const jobs = [job({ state: "failed", reason: "Why." }), job({ candidate: "c2", state: "done" }), job({ candidate: "", state: "waiting" })];
  assert.equal(runNews("en", null, jobs), "");
  assert.equal(runNews("en", { c1: "running", c2: "done" }, jobs), "c1 failed: Why.");
  assert.equal(runNews("en", { c1: "failed" }, jobs), "c2 is measured");
});

test("the jobs of a study that is opened are not told as news", () => {
  assert.equal(runSeen(null, "a"), null);
  assert.equal(runSeen({ study: "", states: {} }, "a"), null);
  assert.deepEqual(runSeen({ study: "a", states: { c1: "running" } }, "a"), { c1: "running" });
});

test("steps before are full, the step in hand is as far as it is, those after are empty", () => {
  assert.deepEqual(runShares(job({ index: 2, share: 0.25 })), [1, 0.25, 0]);
  assert.deepEqual(runShares(job({ index: 0, share: 0, state: "waiting" })), [0, 0, 0]);
  assert.deepEqual(runShares(job({ index: 0, state: "done" })), [1, 1, 1]);
});

test("step, rate and time are said while a job runs", () => {
  assert.equal(runStep("en", job()), "Distil, step 1 of 3");
  assert.equal(runStep("en", job({ state: "done" })), "measured");
  assert.equal(runStep("en", job({ state: "waiting", candidate: "" })), "waits until the model is loaded");
  assert.deepEqual(runPace("en", job()), ["12.3 batches/s", "≈ 1 min 34 s left"]);
  assert.deepEqual(runPace("en", job({ rate: 0, left: null })), ["", ""]);
  assert.deepEqual(runPace("en", job({ state: "done" })), ["", ""]);
});

test("a plug-in's step keeps its own name", () => {
  assert.equal(stepName("en", "Squeeze"), "Squeeze");
  assert.equal(stepName("zh", "Measure"), "测量");
});

test("each state has its own buttons", () => {
  const commands = (state) => runActs(job({ state })).map(([, command]) => command);
  assert.deepEqual(commands("running"), ["cancel"]);
  assert.deepEqual(commands("waiting"), ["cancel"]);
  assert.deepEqual(commands("done"), ["choose"]);
  for (const state of ["failed", "cancelled", "interrupted"]) assert.deepEqual(commands(state), ["again", "edit"]);
  assert.deepEqual(runActs(job({ candidate: "" })), []);
});

test("the curve of the job that runs is shown before one that is over", () => {
  const over = job({ state: "done", curve: [point(1, { train_loss: 1 })] });
  const runs = job({ candidate: "c2", curve: [point(1, { train_loss: 1 })] });
  assert.equal(runOfCurve([over, job(), runs]), runs);
  assert.equal(runOfCurve([job(), over]), over);
  assert.equal(runOfCurve([job()]), null);
});

test("a curve is drawn of the figure that tells most", () => {
  const curve = [point(1, { train_loss: 2, validation_loss: 1, validation_accuracy: 0.5 }), point(2, { train_loss: 1, validation_loss: 0.5, validation_accuracy: NaN }), point(3, { train_loss: 1, validation_accuracy: 0.75 })];
  assert.deepEqual(curveSeries(curve), { name: "validation_accuracy", points: [{ epoch: 1, value: 0.5 }, { epoch: 3, value: 0.75 }], epochs: 3 });
  assert.equal(curveSeries([point(1, { train_loss: 2 })]).name, "train_loss");
  assert.equal(curveSeries([]), null);
  assert.equal(curveFigure("validation_accuracy", 0.756), "75.6\u00a0%");
  assert.equal(curveFigure("validation_loss", 0.12345), "0.123");
});

test("the drawing holds every point and the baseline's line", () => {
  const series = { name: "validation_loss", points: [{ value: 0.5 }, { value: 0.75 }] };
  const [low, high] = curveSpan(series, 0.9);
  assert.ok(low < 0.5 && high > 0.9);
  const [flat, top] = curveSpan({ name: "validation_loss", points: [{ value: 0 }] }, null);
  assert.ok(flat < 0 && top > 0);
  const share = (...values) => curveSpan({ name: "validation_accuracy", points: values.map((value) => ({ value })) }, null);
  assert.equal(share(1)[1], 1);
  assert.equal(share(0, 0.5)[0], 0);
  assert.ok(share(0)[1] > 0 && share(1)[0] < 1);
});

test("large figures of a curve are shortened, all ticks on one scale and told apart", () => {
  assert.equal(curveFigure("validation_loss", 10_230_000_000), "10.2\u00a0G");
  assert.deepEqual(curveTicks("validation_loss", [0, 5e9, 10e9]), ["0", "5\u00a0G", "10\u00a0G"]);
  assert.deepEqual(curveTicks("validation_rmse", [100_200, 100_400]), ["100\u00a0200", "100\u00a0400"]);
  assert.deepEqual(curveTicks("validation_loss", [0.0005, 0.001]), ["0.0005", "0.001"]);
  assert.deepEqual(curveTicks("validation_loss", [1e20, 2e20]), ["1e20", "2e20"]);
  assert.deepEqual(curveTicks("validation_accuracy", [0.5, 1]), ["50.0", "100"]);
});

test("the first and the last epoch are named, and a few between", () => {
  assert.deepEqual(curveEpochs(1), [1]);
  assert.deepEqual(curveEpochs(3), [1, 2, 3]);
  for (const epochs of [7, 10, 50, 1000]) {
    const named = curveEpochs(epochs);
    assert.ok(named.length <= 7 && named[0] === 1 && named[named.length - 1] === epochs && new Set(named).size === named.length, `${epochs}: ${named}`);
  }
});

test("a GPU is named with what it has free", () => {
  assert.equal(runDeviceName("en", { name: "cuda:0", title: "H100", free_gb: 78.04 }), "H100, 78.0 GB free");
  assert.equal(runDeviceName("en", { name: "cpu", title: "CPU", free_gb: null }), "CPU");
});

test("a device that is gone says so", () => {
  const gone = { name: "cuda:0", title: "cuda:0", free_gb: null, away: true };
  assert.equal(runDeviceName("en", gone), "cuda:0, not here now");
  assert.equal(runDeviceName("zh", gone), "cuda:0，目前不在此处");
});

test("GPUs for which PyTorch is the wrong build are told of", () => {
  assert.match(runHint("en", { no_cuda: true }), /a build without CUDA: install its CUDA build\.$/);
  assert.match(runHint("zh", { no_cuda: true }), /CUDA/);
  assert.equal(runHint("en", { no_cuda: false }), "");
});
