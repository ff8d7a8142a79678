// What lies over the marks as elements of the page, so that it is crisp and can be read out: axes, rings, letters, the tooltip.

import { h } from "./dom.js";
import { figure, grouped } from "./format.js";
import { chartTicks, crossAt, insideAt } from "./frontier-place.js";
import { axisLabel, intervalSaid, measureTitle, nameOf, toldMeasures, upLabel } from "./frontier-say.js";
import { estimateOf, figuresOf } from "./points.js";
import { glyph, lossSign } from "./shapes.js";
import { word } from "./words.js";

const OVER_TIP = 252;
const OVER_LABEL = 136;
const OVER_TAKEN = 100;

/** Figures and titles along the axes. */
export function axesOver(state, place, language) {
  const { across, up } = chartTicks(place);
  const foot = place.bottom + (state.scene.failed.length ? 44 : 18);
  const [x, y] = [state.data.measure[state.x], state.data.measure[state.y]];
  const shown = [
    ...up.map((value) => axisText("wb-ax-y", { top: place.y.at(value), width: place.left - 8 }, tickSaid(value, y, place.y))),
    ...across.map((value) => axisText("wb-ax-x", { left: place.x.at(value), top: foot - 6 }, tickSaid(value, x, place.x))),
    axisText("wb-ax-title", { left: 0, top: 4 }, upLabel(language, y, place.y.log, place.y.high)),
    h("span", { class: "wb-ax wb-ax-title", style: { right: "12px", top: `${place.height - 14}px` } }, axisLabel(language, x, place.x.log, place.x.high)),
    axisText("", { left: place.left, top: place.height - 14 }, word(language, betterSide(x))),
  ];
  if (state.scene.failed.length) shown.push(axisText("wb-ax-gutter", { top: place.gutter }, word(language, "frontier-failed")));
  const words = word(language, "frontier-inside");
  const inside = insideAt(state, place, words.length * (language === "zh" ? 12 : 6));
  if (inside) shown.push(axisText("wb-ax-inside", inside, words));
  return shown;
}

function betterSide(measure) {
  if (measure.higher_is_better) return "frontier-better";
  return { bytes: "frontier-smaller", ms: "frontier-faster" }[measure.unit] || "frontier-less";
}

function axisText(kind, places, text) {
  const style = Object.fromEntries(Object.entries(places).map(([name, pixels]) => [name, `${pixels}px`]));
  return h("span", { class: `wb-ax ${kind}`, style }, text);
}

/** A figure of an axis in the unit of the axis's end; idle zeros go. */
export function tickSaid(value, measure, scale) {
  const [, unit] = figure(scale.high, measure.unit);
  const factor = { share: 100, bytes: { GB: 1e-9, MB: 1e-6, kB: 1e-3, B: 1 }[unit] }[measure.unit] || (unit === "M" ? 1e-6 : 1);
  const text = String(Number((value * factor).toPrecision(6)));
  return text.includes("e") ? text : grouped(text);
}

/** Rings, letters, the baseline's name, the tooltip or else the label of the estimate. `shown` is what the chart is given. */
export function marksOver(state, place, language, shown) {
  const { hover, moving } = shown;
  const { base } = state.scene;
  const items = new Map(state.scene.items.map((item) => [item.point.id, item]));
  const hand = state.hand && items.get(state.hand.id);
  const found = [];
  if (hand) found.push(overRing("wb-ring", [place.x.at(hand.x), place.y.at(hand.y)]));
  if (state.chosen.length > 1 || state.kept.size) {
    state.chosen.forEach((id) => items.has(id) && found.push(overLetter(place, items.get(id), state.letters[id] || "")));
  }
  if (base && overSeen(place, base)) found.push(overBase(state, place, language, base));
  if (hover) found.push(...hoverOver(state, place, language, hover, items));
  else if (moving && overSeen(place, moving)) found.push(movingLabel(state, place, language, moving));
  return found.filter(Boolean);
}

/** The baseline's name below its ring and left of its interval; over it where the label of a limit stands there. */
function overBase(state, place, language, base) {
  const [x, y] = [place.x.at(base.x), place.y.at(base.y)];
  const limit = state.limit("y");
  const taken = limit !== null && x > place.right - OVER_TAKEN && Math.abs(place.y.at(limit) - y - 20) < 18;
  return axisText("wb-ax-base", { left: x - 5, top: taken ? y - 25 : y + 9 }, word(language, "frontier-baseline"));
}

function overSeen(place, { x, y }) {
  return x >= place.x.low && x <= place.x.high && y >= place.y.low && y <= place.y.high;
}

function overRing(kind, [x, y]) {
  return h("span", { class: kind, style: { left: `${x}px`, top: `${y}px` } });
}

function overLetter(place, item, letter) {
  const x = Math.min(Math.max(place.x.at(item.x) - 17, place.left + 9), place.right - 9);
  const y = Math.min(Math.max(place.y.at(item.y) - 17, place.top + 9), place.bottom - 9);
  return overSeen(place, item) ? h("span", { class: "wb-letter wb-letter-over", style: { left: `${x}px`, top: `${y}px` } }, letter) : null;
}

/** Where a point is drawn: in the plot, or as a cross in the gutter. */
export function pixelOf(state, place, point) {
  const index = state.scene.failed.indexOf(point);
  if (index >= 0) return [crossAt(state, place, point, index), place.gutter];
  const [x, y] = [figuresOf(state.data, point, state.x), figuresOf(state.data, point, state.y)];
  return x && y ? [place.x.at(x[0]), place.y.at(y[0])] : null;
}

function hoverOver(state, place, language, point, items) {
  const at = pixelOf(state, place, point);
  if (!at) return [];
  const [x, y] = at;
  const item = items.get(point.id);
  const found = [overRing("wb-ring wb-ring-now", at)];
  if (item) {
    const foot = place.bottom + (state.scene.failed.length ? 34 : 8);
    found.push(axisText("wb-ax-now wb-ax-x", { left: x, top: foot }, figure(item.x, state.data.measure[state.x].unit)[0]));
    found.push(axisText("wb-ax-now wb-ax-side", { left: place.left - 4, top: y }, figure(item.y, state.data.measure[state.y].unit)[0]));
  }
  const width = Math.min(OVER_TIP, place.width);
  const left = x + width + 24 > place.width ? x - width - 16 : x + 16;
  const style = { left: `${Math.min(Math.max(left, 0), Math.max(place.width - width, 0))}px`, width: `${width}px` };
  if (y > place.height * 0.52) style.bottom = `${place.height - y + 14}px`;
  else style.top = `${y + 14}px`;
  return [...found, h("div", { class: "wb-tip", style }, overTip(state, language, point))];
}

function overTip(state, language, point) {
  const head = h("div", { class: "wb-tip-head" }, glyph(point.family, { ring: point.row === 0 }), point.row ? h("b", {}, point.id) : null, h("span", {}, nameOf(language, point)));
  if (point.reason) return [head, h("p", { class: "wb-tip-said" }, point.reason)];
  const rows = toldMeasures(state).flatMap((name) => {
    const found = figuresOf(state.data, point, name);
    const measure = state.data.measure[name];
    return found ? [h("dt", {}, measureTitle(language, measure)), h("dd", {}, intervalSaid(found, measure.unit).filter(Boolean).join(" "))] : [];
  });
  const verdict = point.verdict ? h("p", { class: "wb-tip-said" }, lossSign(point.loss), point.verdict) : null;
  return [head, h("dl", {}, rows, overOffBy(state, language, point)), verdict];
}

/** How far the estimate of the measure on the horizontal axis was off. */
function overOffBy(state, language, point) {
  const found = figuresOf(state.data, point, state.x);
  const estimated = estimateOf(state.data, point, state.x);
  if (!found || !estimated) return [];
  const share = estimated / found[0] - 1;
  const text = `${share < 0 ? "−" : "+"}${(100 * Math.abs(share)).toFixed(1)} %`;
  return [h("dt", {}, word(language, "frontier-off-by")), h("dd", {}, text)];
}

/** Up and left of its mark: that side of a frontier is always empty. */
function movingLabel(state, place, language, moving) {
  const [x, y] = [place.x.at(moving.x), place.y.at(moving.y)];
  const flipped = x < place.left + OVER_LABEL;
  const style = { left: `${x + (flipped ? 11 : -11)}px`, top: `${y - 10}px`, transform: `translate(${flipped ? "0" : "-100%"}, -100%)` };
  const [across, up] = [figure(moving.x, state.data.measure[state.x].unit), figure(moving.y, state.data.measure[state.y].unit)];
  const figures = [moving.previewed ? up.join(" ") : "", across.join(" ")].filter(Boolean).join(", ");
  return h("span", { class: "wb-estimate", style }, word(language, "frontier-estimate"), h("br"), h("b", {}, `≈ ${figures}`));
}
