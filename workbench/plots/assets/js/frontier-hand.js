// Below the chart: the answer to the limits, and the file in hand with its figures, its verdict and what can be done with it.

import { h } from "./dom.js";
import { figure } from "./format.js";
import { gapSaid, intervalSaid, limitsSaid, measureTitle, nameOf, recipeOf, toldMeasures } from "./frontier-say.js";
import { starButton } from "./frontier-table.js";
import { frontier } from "./pareto.js";
import { figuresOf } from "./points.js";
import { glyph, lossSign } from "./shapes.js";
import { word } from "./words.js";

const HAND_MOST = 3; // files that a lasso puts into the comparison

/** "Best within these limits", or what the lasso caught. `acts`: { take(id), choose(ids), caught(ids) }. */
export function answerLine(state, language, acts) {
  if (state.picked.length) return h("div", { class: "wb-answer" }, pickedLine(state, language, acts));
  const { limits, best, nearest } = state.answer();
  const said = limitsSaid(language, state, limits);
  if (best) return h("div", { class: "wb-answer" }, bestLine(state, language, acts, best, said));
  if (!nearest) return h("div", { class: "wb-answer" }, word(language, "frontier-baseline-alone"));
  const missed = nearest.missed ? gapSaid(language, nearest.missed, state.data.measure[state.y].unit) : null;
  const text = missed ? word(language, "frontier-none", { limits: said, id: nearest.point.point.id, missed }) : word(language, "frontier-none-x", { limits: said });
  return h("div", { class: "wb-answer" }, text);
}

function bestLine(state, language, acts, best, said) {
  const { point } = best;
  const taken = state.chosen[0] === point.id;
  const figures = ["y", "x"].map((axis) => figure(best[axis], state.data.measure[state[axis]].unit));
  const shown = figures.flatMap(([number, unit], k) => [k ? ", " : "", number, unit ? h("span", { class: "wb-unit" }, `\u00a0${unit}`) : null]);
  const button = h("button", { type: "button", class: "wb-b", disabled: taken, data: { key: "best" }, onclick: () => acts.take(point.id) }, word(language, taken ? "frontier-selected" : "frontier-select"));
  const lead = said ? word(language, "frontier-best", { limits: said }) : word(language, "frontier-best-all");
  return [h("span", {}, lead), h("span", { class: "wb-answer-file" }, glyph(point.family), " ", h("b", {}, point.id), " ", shown), button];
}

function pickedLine(state, language, acts) {
  const items = state.scene.items.filter((item) => state.picked.includes(item.point.id));
  const best = frontier(items, state.direction("x"), state.direction("y")).slice(-HAND_MOST).reverse();
  const compare = () => acts.choose(best.map((item) => item.point.id));
  return [
    h("b", {}, word(language, "frontier-picked", { n: state.picked.length })),
    items.length ? h("span", {}, ["y", "x"].map((axis, k) => [k ? ", " : "", pickedRange(state, items, axis)])) : null,
    best.length ? h("button", { type: "button", class: "wb-b", data: { key: "picked" }, onclick: compare }, word(language, "frontier-compare-best", { n: best.length })) : null,
    h("button", { type: "button", class: "wb-b wb-plain", data: { key: "unpick" }, onclick: () => acts.caught([]) }, word(language, "frontier-clear")),
  ];
}

function pickedRange(state, items, axis) {
  const values = items.map((item) => item[axis]);
  const unit = state.data.measure[state[axis]].unit;
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => figure(value, unit));
  return (low[1] === high[1] ? `${low[0]}–${high.join(" ")}` : `${low.join(" ")}–${high.join(" ")}`).trim();
}

/** The file in hand. `acts`: { keep(id), edit(id), publish(id), star(id), hide(id, hidden), rename(id), label(id, text) }. */
export function handBox(state, language, acts, live, naming) {
  const point = state.told;
  if (!point) return h("div", { class: "wb-hand wb-quiet" }, state.data.points.length ? word(language, "frontier-nothing-chosen") : "");
  const star = live && !point.reason ? starButton(language, point, () => acts.star(point.id)) : null;
  const name = h("div", { class: "wb-hand-name" }, glyph(point.family, { size: 16 }), h("b", {}, point.id), h("span", {}, nameOf(language, point)), star);
  const recipe = point.label ? h("div", { class: "wb-quiet" }, recipeOf(language, point)) : null;
  const doing = live ? h("div", { class: "wb-hand-acts" }, handButtons(state, language, acts, point), naming === point.id ? nameField(language, acts, point) : null) : null;
  if (point.reason) return h("div", { class: "wb-hand" }, name, recipe, h("div", { class: "wb-say wb-say-bad" }, point.reason), doing);
  const offered = state.looked || state.hand ? null : h("div", { class: "wb-quiet" }, word(language, "frontier-offered"));
  const verdict = point.verdict ? h("div", { class: "wb-hand-verdict" }, lossSign(point.loss, 16), h("span", {}, point.verdict)) : null;
  return h("div", { class: "wb-hand" }, offered, name, recipe, verdict, h("dl", { class: "wb-hand-figures" }, handFigures(state, language, point)), machineLine(state, language, point), doing);
}

function handFigures(state, language, point) {
  return toldMeasures(state, 5).flatMap((name) => {
    const found = figuresOf(state.data, point, name);
    if (!found) return [];
    const [number, unit] = intervalSaid(found, state.data.measure[name].unit);
    return [h("div", {}, h("dt", {}, measureTitle(language, state.data.measure[name])), h("dd", {}, number, unit ? h("span", { class: "wb-unit" }, `\u00a0${unit}`) : null))];
  });
}

function machineLine(state, language, point) {
  const measure = toldMeasures(state, 5).map((name) => state.data.measure[name]).find((told) => told.machine && figuresOf(state.data, point, told.name));
  return measure ? h("div", { class: "wb-quiet wb-hand-machine" }, word(language, "frontier-measured-on", { machine: measure.machine })) : null;
}

function handButtons(state, language, acts, point) {
  const kept = state.compared(point.id);
  const letter = kept && state.chosen.length > 1 ? h("span", { class: "wb-letter" }, state.letters[point.id]) : null;
  const keep = h("button", { type: "button", class: "wb-b wb-keep", aria: { pressed: String(kept) }, data: { key: "keep" }, onclick: () => acts.keep(point.id) }, word(language, kept ? "frontier-in-comparison" : "frontier-to-comparison"), letter ? [" ", letter] : null);
  const edit = handButton(word(language, "frontier-edit"), "edit", () => acts.edit(point.id));
  if (point.reason) return [edit];
  const publish = handButton(word(language, "frontier-publish"), "publish", () => acts.publish(point.id));
  const rename = handButton(word(language, "frontier-rename"), "rename", () => acts.rename(point.id), "wb-plain");
  const hide = handButton(word(language, point.hidden ? "frontier-show" : "frontier-hide"), "hide", () => acts.hide(point.id, !point.hidden), "wb-plain");
  return [keep, edit, publish, rename, hide];
}

function handButton(text, key, act, kind = "") {
  return h("button", { type: "button", class: `wb-b ${kind}`.trim(), data: { key: `hand-${key}` }, onclick: act }, text);
}

function nameField(language, acts, point) {
  const name = word(language, "frontier-own-name", { id: point.id });
  const input = h("input", { type: "text", value: point.label, maxlength: 60, aria: { label: name }, data: { key: "hand-label" } });
  const keep = (event) => {
    event.preventDefault();
    acts.label(point.id, input.value);
  };
  const escape = (event) => event.key === "Escape" && acts.rename(null);
  return h("form", { class: "wb-hand-naming", onsubmit: keep, onkeydown: escape }, input, h("button", { type: "submit", class: "wb-b" }, word(language, "frontier-keep-name")));
}
