// Samples of the data as people see them: pictures on small canvases, signals as lines, rows of figures, text; under each what the model
// answers, and what is right where it is wrong.

import { h, svg } from "./dom.js";
import { grouped } from "./format.js";
import { sampleBytes, samplePixels, sampleWrong } from "./sample-pixels.js";
import { addWords, word } from "./words.js";

addWords({
  "sample-is": ["is {truth}", "实为 {truth}"],
  "sample-picture": ["Picture {number}", "图片 {number}"],
  "sample-signal": ["Signal {number}, {lines} × {length} values", "信号 {number}，{lines} × {length} 个值"],
  "sample-more": ["and {count} more", "还有 {count} 个"],
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
  const more = sample.more ? h("span", { class: "wb-sample-more" }, ` ${word(language, "sample-more", { count: grouped(String(sample.more)) })}`) : null;
  if (sample.kind === "text") return h("p", { class: "wb-sample-words" }, sample.text, more);
  if (sample.kind === "row" && sample.names.length) return sampleColumns(sample, more);
  if (sample.kind === "row") return h("p", { class: "wb-sample-words" }, sample.values.join("  "), more);
  if (sample.kind === "signal") return signalLines(sample, sampleName(language, sample, number));
  const canvas = h("canvas", { class: "wb-picture", role: "img", aria: { label: sampleName(language, sample, number) } });
  canvas.width = sample.width;
  canvas.height = sample.height;
  const pixels = samplePixels(sampleBytes(sample.gray || sample.rgb), sample.width * sample.height);
  canvas.getContext("2d").putImageData(new ImageData(pixels, sample.width, sample.height), 0, 0);
  return canvas;
}

/** A line a channel, from the sample's first value to its last; all samples share one scale. */
function signalLines({ lines }, label) {
  const across = Math.max(lines[0].length - 1, 1);
  const path = (line) => line.map((height, k) => `${k},${255 - height}`).join(" ");
  return svg(
    "svg",
    { class: "wb-signal", viewBox: `0 -8 ${across} 271`, preserveAspectRatio: "none", role: "img", aria: { label } },
    lines.map((line) => svg("polyline", { points: path(line) })),
  );
}

/** A row of a table: the columns' names with their values beside them. */
function sampleColumns(sample, more) {
  const pairs = sample.names.map((name, k) => h("div", {}, h("dt", { title: name }, name), h("dd", {}, sample.values[k])));
  return h("div", { class: "wb-sample-words" }, h("dl", { class: "wb-sample-columns" }, pairs), more);
}

function sampleName(language, sample, number) {
  const signal = sample.kind === "signal";
  const picture = signal ? word(language, "sample-signal", { number, lines: sample.lines.length, length: sample.length }) : word(language, "sample-picture", { number });
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
