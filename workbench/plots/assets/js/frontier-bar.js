// What is above the chart: families, measures of the axes, the part that is in view; and what can be saved.

import { h } from "./dom.js";
import { grouped } from "./format.js";
import { axisLabel, measureTitle } from "./frontier-say.js";
import { FAMILY_KEYS, glyph } from "./shapes.js";
import { word } from "./words.js";

/** Families that there are, each a switch with its count of files. */
export function familyBar(state, language, turn) {
  const counts = new Map();
  for (const point of state.data.points) counts.set(point.family, (counts.get(point.family) || 0) + (point.status === "measured" ? 1 : 0));
  const buttons = FAMILY_KEYS.filter((key) => counts.has(key)).map((key) =>
    h(
      "button",
      { type: "button", class: "wb-family", aria: { pressed: String(!state.off.has(key)) }, data: { key: `family-${key}` }, onclick: () => turn(key) },
      glyph(key),
      h("span", {}, word(language, `family-${key}`)),
      " ",
      h("span", { class: "wb-quiet" }, grouped(String(counts.get(key)))),
    ),
  );
  return h("div", { class: "wb-families", role: "group", aria: { label: word(language, "frontier-families") } }, buttons);
}

/** Menus of measures and the other controls of the chart. `acts`: { look(values), span(name), zoom(factor), estimates(on) }. */
export function chartBar(state, language, acts) {
  const menus = [axisMenu(state, language, "y", acts), axisMenu(state, language, "x", acts), sizeMenu(state, language, acts)];
  const zooms = [
    ["+", "frontier-in", 0.8],
    ["−", "frontier-out", 1.25],
  ].map(([sign, name, factor]) => barButton(sign, word(language, name), `zoom-${factor}`, () => acts.zoom(factor)));
  const spans = ["all", "frontier"].map((span) => {
    const pressed = !state.zoomed && state.span === span;
    return h("button", { type: "button", class: "wb-b", aria: { pressed: String(pressed) }, data: { key: `span-${span}` }, onclick: () => acts.span(span) }, word(language, span === "all" ? "frontier-all" : "frontier-near"));
  });
  const estimates = h("input", { type: "checkbox", checked: state.estimates, data: { key: "estimates" }, onchange: (event) => acts.estimates(event.target.checked) });
  return h(
    "div",
    { class: "wb-chart-bar" },
    menus,
    h("span", { class: "wb-seg", role: "group", aria: { label: word(language, "frontier-zoom") } }, spans, zooms),
    h("label", { class: "wb-tick" }, estimates, " ", word(language, "frontier-estimates")),
  );
}

/** The chart as a file, or only its figures. */
export function saveBar(language, save, drawn) {
  const buttons = (drawn ? ["SVG", "PNG", "CSV"] : ["CSV"]).map((kind) => h("button", { type: "button", class: "wb-b wb-plain", aria: { label: word(language, "frontier-save", { kind }) }, data: { key: `save-${kind}` }, onclick: () => save(kind) }, kind));
  return h("span", { class: "wb-saves" }, buttons);
}

function barButton(sign, name, key, act) {
  return h("button", { type: "button", class: "wb-b wb-zoom", title: name, aria: { label: name }, data: { key }, onclick: act }, sign);
}

function axisMenu(state, language, axis, acts) {
  const options = state.data.measures.map((measure) => {
    const largest = state.scene[axis].most;
    const label = measure.name === state[axis] ? axisLabel(language, measure, false, largest) : measureTitle(language, measure);
    return h("option", { value: measure.name, selected: measure.name === state[axis] }, label);
  });
  const change = (event) => acts.look({ [axis]: event.target.value });
  const menu = h("select", { aria: { label: word(language, `frontier-${axis}`) }, data: { key: `menu-${axis}` }, onchange: change }, options);
  const log = state.logOf(axis);
  const turn = () => acts.look({ logs: { ...state.logs, [axis]: !log }, zoomed: null });
  const name = word(language, `frontier-log-${axis}`);
  const can = state.scene[axis].least > 0;
  const button = h("button", { type: "button", class: "wb-b wb-log", title: name, disabled: !can, aria: { pressed: String(log), label: name }, data: { key: `log-${axis}` }, onclick: turn }, word(language, "frontier-log"));
  return h("span", { class: "wb-menu" }, menu, button);
}

function sizeMenu(state, language, acts) {
  const one = h("option", { value: "", selected: !state.size }, word(language, "frontier-one-size"));
  const options = state.data.measures.map((measure) => h("option", { value: measure.name, selected: measure.name === state.size }, measureTitle(language, measure)));
  const change = (event) => acts.look({ size: event.target.value });
  return h("span", { class: "wb-menu wb-menu-size" }, h("select", { aria: { label: word(language, "frontier-size") }, data: { key: "menu-size" }, onchange: change }, one, options));
}
