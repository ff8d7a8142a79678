// What lies over the lines as elements of the page: titles and ends of the axes, the limits, the figures of one file.

import { h } from "./dom.js";
import { figure, said } from "./format.js";
import { measureTitle, nameOf } from "./frontier-say.js";
import { glyph } from "./shapes.js";
import { WORDS, word } from "./words.js";

/** What stays while lines are pointed at: titles and ends of the axes, the limits. */
export function parallelOver(state, place, language) {
  return [...place.axes.flatMap((axis, k) => axisOver(place, language, axis, k)), ...["x", "y"].flatMap((name) => limitOver(state, place, name))];
}

/** `told` is the file that carries its figures, `failed` one whose reason is told. */
export function parallelTold(place, language, { told, failed }) {
  return [...(told ? place.axes.map((axis, k) => toldOver(place, axis, k, told)) : []), footOver(place, language, failed || told)];
}

function axisOver(place, language, axis, k) {
  const x = `${place.x(k)}px`;
  const [best, worst] = [axis.best, axis.worst].map((value) => axisFigure(axis, value));
  const sign = axis.clipped ? (axis.measure.higher_is_better ? "≤\u00a0" : "≥\u00a0") : "";
  const width = `${Math.max(place.step - 8, 60)}px`;
  const head = h("div", { class: "wb-line-head", style: { left: x, width, height: `${place.top - 6}px` } }, h("span", { class: "wb-ax-title" }, axisTitle(language, axis)), h("span", {}, best[1] || "\u00a0"), h("span", {}, best[0]));
  const unit = worst[1] === best[1] ? "" : `\u00a0${worst[1]}`;
  return [head, h("span", { class: "wb-ax wb-ax-x", style: { left: x, top: `${place.bottom + 8}px` } }, sign + worst[0] + unit)];
}

export function axisTitle(language, axis) {
  if (axis.setting) return word(language, `parallel-${axis.name}`);
  const short = `short-${axis.name}`;
  return short in WORDS ? word(language, short) : measureTitle(language, axis.measure);
}

/** [figure, unit] on an axis. */
export function axisFigure(axis, value) {
  if (!axis.setting) return figure(value, axis.measure.unit);
  return axis.name === "prune" ? [String(Math.round(100 * value)), "%"] : [String(value), ""];
}

/** A limit is a tick across the axis of its measure, with its value where there is room. */
function limitOver(state, place, name) {
  const k = place.axes.findIndex((axis) => axis.name === state[name]);
  const value = state.limit(name);
  if (k < 0 || value === null) return [];
  const [x, y] = [place.x(k), place.at(k, value)];
  return [h("span", { class: "wb-line-limit", style: { left: `${x - 9}px`, top: `${y - 1}px` }, title: said(value, place.axes[k].measure.unit) })];
}

function toldOver(place, axis, k, point) {
  const value = axis.of(point);
  if (value === null) return null;
  const last = k === place.axes.length - 1;
  const style = { left: `${place.x(k) + (last ? -7 : 7)}px`, top: `${place.at(k, value)}px`, transform: `translate(${last ? "-100%" : "0"}, -50%)` };
  const [number, unit] = axisFigure(axis, value);
  const other = unit !== axisFigure(axis, axis.best)[1];
  return h("span", { class: "wb-ax wb-ax-now", style }, other ? `${number}\u00a0${unit}` : number);
}

function footOver(place, language, point) {
  const file = point ? h("span", { class: "wb-line-file" }, glyph(point.family, { size: 12, ring: point.row === 0 }), point.row ? h("b", {}, point.id) : null, h("span", {}, point.reason || nameOf(language, point))) : null;
  return h("div", { class: "wb-line-foot", style: { left: `${Math.min(place.edge, 12)}px` } }, h("span", {}, word(language, "parallel-up")), file);
}
