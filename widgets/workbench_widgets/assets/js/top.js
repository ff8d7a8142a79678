// The line over all panels: what is worked on, its baseline, and the language.

import { fill, h } from "./dom.js";
import { said } from "./format.js";
import { figuresOf, readPoints } from "./points.js";
import { topJobOf } from "./top-job.js";
import { addWords, word } from "./words.js";

addWords({
  "top-nothing": ["Nothing is loaded yet", "还没有载入"],
  "top-baseline": ["Baseline", "基线"],
  "top-language": ["中文", "English"],
});

export function mountTop(host) {
  const language = host.language;
  const state = h("div", { class: "wb-top-state" });
  const change = () => host.set("language", language === "zh" ? "en" : "zh");
  const button = h("button", { type: "button", class: "wb-b wb-icon wb-language", lang: language === "zh" ? "en" : "zh-CN", onclick: change }, word(language, "top-language"));
  const root = h("header", { class: "wb-top" }, h("div", { class: "wb-top-line" }, h("h1", { class: "wb-name" }, "Workbench"), state, h("span", { class: "wb-gap" }), topJobOf(host), button));
  const redraw = () => {
    const files = host.get("files");
    if (!files.study) return fill(state, h("span", { class: "wb-quiet" }, word(language, "top-nothing")));
    const figures = topFigures(files);
    return fill(state, h("b", {}, files.study), figures.length ? h("span", { class: "wb-quiet" }, `${word(language, "top-baseline")} `, figures.join(" · ")) : null);
  };
  host.on("files", redraw);
  redraw();
  return { root, close() {} };
}

/** A figure with its unit; one that has none is named, for a bare 0 says nothing. */
export function topFigure({ title, unit }, value) {
  return unit ? said(value, unit) : `${title} ${said(value, unit)}`;
}

/** The baseline's quality, size and latency, as far as they were measured. */
function topFigures(files) {
  const data = readPoints({ ...files, points: [] });
  const names = [data.metric, "size_bytes", "latency_b1_ms"];
  const figures = names.map((name) => [name, data.baseline ? figuresOf(data, data.baseline, name) : null]);
  return figures.filter(([, found]) => found).map(([name, found]) => topFigure(data.measure[name], found[0]));
}
