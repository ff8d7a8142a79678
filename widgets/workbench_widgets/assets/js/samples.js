// Samples of the data as people see them: pictures on small canvases, rows of figures, text; under each what the model
// answers, and what is right where it is wrong.

import { h } from "./dom.js";
import { sampleBytes, samplePixels, sampleWrong } from "./sample-pixels.js";
import { addWords, word } from "./words.js";

addWords({
  "sample-is": ["is {truth}", "实为 {truth}"],
  "sample-picture": ["Picture {number}", "图片 {number}"],
  "sample-answer": ["{picture}: {answer}", "{picture}：{answer}"],
});

/** A sample as a figure with its caption. `number` counts from 1. */
export function sampleFigure(language, sample, number) {
  return h(
    "figure",
    { class: `wb-sample wb-sample-${sample.kind}`, data: { wrong: sampleWrong(sample) ? "yes" : null } },
    sampleBody(language, sample, number),
    h("figcaption", {}, sampleCaption(language, sample)),
  );
}

/** What is drawn of a sample, without its caption. */
export function sampleBody(language, sample, number) {
  if (sample.kind === "text") return h("p", { class: "wb-sample-words" }, sample.text);
  if (sample.kind === "row") return h("p", { class: "wb-sample-words" }, sample.values.join("  "));
  const canvas = h("canvas", { class: "wb-picture", role: "img", aria: { label: sampleName(language, sample, number) } });
  canvas.width = sample.width;
  canvas.height = sample.height;
  const pixels = samplePixels(sampleBytes(sample.gray || sample.rgb), sample.width * sample.height);
  canvas.getContext("2d").putImageData(new ImageData(pixels, sample.width, sample.height), 0, 0);
  return canvas;
}

function sampleName(language, sample, number) {
  const picture = word(language, "sample-picture", { number });
  const answer = sample.answer ?? sample.truth;
  return answer === null ? picture : word(language, "sample-answer", { picture, answer });
}

function sampleCaption(language, sample) {
  const share = sample.share === null ? null : h("span", { class: "wb-unit" }, ` ${(100 * sample.share).toFixed(1)} %`);
  if (sample.answer === null) return sample.truth === null ? [] : [h("span", { class: "wb-quiet" }, sample.truth)];
  const wrong = sampleWrong(sample);
  const answer = h("span", { class: wrong ? "wb-flag" : null }, sample.answer);
  const numeric = sample.share === null && sample.truth !== null;
  const truth = wrong || numeric ? h("span", { class: "wb-quiet" }, word(language, "sample-is", { truth: sample.truth })) : null;
  return [answer, share, truth ? [h("br"), truth] : null];
}
