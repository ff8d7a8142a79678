// The table of a comparison: a column a candidate, the baseline first; rows are the verdict, measures, layers, the recipe.

import { allSame, compareDelta, compareField, compareInterval, compareName, compareSign, compareVerdict, pairedEnds, pairedSaid, pairedSpan } from "./compare-figures.js";
import { captionOf } from "./captions.js";
import { h, svg } from "./dom.js";
import { figure, said } from "./format.js";
import { glyph } from "./shapes.js";
import "./words-compare.js";
import "./words-recipe.js";
import { word } from "./words.js";

const PAIRED = { width: 120, height: 16 };
const BARS = { width: 160, height: 24 };

/** `only` leaves out the rows in which all are the same, `all` shows every measure, `held` is the candidate of a narrow panel. */
export function compareTable(host, view, { only, all, held }) {
  const language = host.language;
  const rows = [verdictRow(language, view), ...measureRows(language, view, all), layersRow(language, view), ...recipeRows(language, view)];
  const shown = rows.filter((row) => row && !(only && row.same));
  const off = (column) => (column.letter && column.id !== held ? "wb-cmp-off" : null);
  const body = shown.map((row) =>
    h("tr", {}, h("th", { scope: "row" }, row.title), row.cells.map((cell, k) => h("td", { class: off(view.columns[k]) }, cell))),
  );
  const caption = h("caption", { class: "wb-sr" }, word(language, "compare-caption"));
  const head = h("tr", {}, h("th", { scope: "col" }, h("span", { class: "wb-sr" }, word(language, "compare-what"))), view.columns.map((column) => heading(host, column, off(column))));
  return h("table", { class: "wb-cmp" }, caption, h("thead", {}, head), h("tbody", {}, body));
}

/** The letter that is a compared file's name in every picture. */
export function compareLetter(column) {
  return h("span", { class: "wb-cmp-letter" }, column.letter);
}

function heading(host, column, off) {
  const language = host.language;
  if (!column.letter) return h("th", { scope: "col" }, h("div", { class: "wb-cmp-head" }, glyph("b", { ring: true }), word(language, "compare-baseline")));
  const name = word(language, "compare-remove", { id: column.id });
  const remove = () => host.ask("compare-without", { candidate: column.id });
  return h(
    "th",
    { scope: "col", class: off },
    h(
      "div",
      { class: "wb-cmp-head" },
      compareLetter(column),
      glyph(column.family),
      h("span", { class: "wb-cmp-id" }, column.id),
      column.label ? h("span", { class: "wb-own-name" }, column.label) : null,
      h("button", { type: "button", class: "wb-b wb-icon wb-cmp-x", title: name, aria: { label: name }, data: { key: `without-${column.id}` }, onclick: remove }, "×"),
    ),
    h("div", { class: "wb-cmp-recipe" }, captionOf(language, column.steps, column.title) || "–"),
  );
}

function verdictRow(language, view) {
  const cell = (column) => [verdict(column), (column.remarks || []).map((text) => h("div", { class: "wb-cmp-note" }, text))];
  const verdict = (column) => {
    if (!column.letter) return h("span", { class: "wb-quiet" }, word(language, "compare-against"));
    const [first, ...rest] = compareVerdict(column);
    if (!first) return h("span", { class: "wb-quiet" }, view.busy ? word(language, "compare-busy") : "–");
    const sign = h("span", { class: `wb-cmp-sign wb-loss-${column.loss}`, aria: { hidden: "true" } }, compareSign(column.loss));
    return [h("div", { class: "wb-cmp-verdict" }, first), rest.map((part, k) => h("div", { class: "wb-cmp-said" }, k === 0 ? sign : null, part))];
  };
  return { title: word(language, "compare-verdict"), cells: view.columns.map(cell), same: false };
}

function measureRows(language, view, all) {
  return view.rows
    .filter((row) => all || row.always)
    .map((row) => {
      const figures = view.columns.map((column) => column.measures[row.name] || null);
      const own = word(language, `compare-m-${row.name}`);
      const title = own === `compare-m-${row.name}` ? row.title : own;
      const cells = view.columns.map((column, k) => measureCell(language, view, row.name, column, figures[k], figures));
      return { title, cells, same: allSame(figures.map((f) => (f ? said(f[0], f[3]) : "–"))) };
    });
}

function measureCell(language, view, name, column, found, figures) {
  if (!found) return "–";
  const base = figures[0];
  const [number, unit] = figure(found[0], found[3]);
  const large = name === "size_bytes" || name === view.metric;
  const value = h("span", { class: large ? "wb-cmp-big" : null }, number, unit ? h("span", { class: "wb-unit" }, ` ${unit}`) : null);
  if (name === "size_bytes") return [value, deltaOf(language, column, found, base), sizeBar(found[0], figures)];
  if (name === view.metric) return pairedCell(language, view, name, column, value, found);
  return [value, deltaOf(language, column, found, base), quiet(compareInterval(language, found))];
}

function deltaOf(language, column, found, base) {
  const text = column.letter ? compareDelta(language, found[0], base ? base[0] : null, found[3]) : "";
  return text ? h("span", { class: "wb-quiet" }, ` ${text}`) : null;
}

function quiet(text) {
  return text ? h("div", { class: "wb-cmp-note" }, text) : null;
}

function sizeBar(value, figures) {
  const largest = Math.max(...figures.filter(Boolean).map(([size]) => size));
  return h("div", { class: "wb-bar wb-cmp-bar", aria: { hidden: "true" } }, h("i", { style: { width: `${(100 * value) / largest}%` } }));
}

/** The metric with its paired difference to the baseline: a dot, its interval, and an upright line where no difference is. */
function pairedCell(language, view, name, column, value, found) {
  if (!column.letter) return [value, quiet(compareInterval(language, found)), h("div", { class: "wb-cmp-note wb-cmp-key" }, word(language, "compare-paired"))];
  const difference = column.differences ? column.differences[name] : null;
  if (!difference) return [value, quiet(compareInterval(language, found))];
  const all = view.columns.map((c) => c.differences && c.differences[name]).filter(Boolean);
  const plot = difference[0] === null ? null : pairedPlot(difference, pairedSpan(all));
  return [h("div", { class: "wb-cmp-paired" }, value, plot), quiet(pairedSaid(language, difference, found[3]))];
}

function pairedPlot(difference, [from, to]) {
  const x = (at) => ((at - from) / (to - from)) * PAIRED.width;
  const [value] = difference;
  const ends = pairedEnds(difference);
  return svg(
    "svg",
    { viewBox: `0 0 ${PAIRED.width} ${PAIRED.height}`, class: "wb-paired", preserveAspectRatio: "none", aria: { hidden: "true" } },
    svg("line", { x1: x(0), x2: x(0), y1: 0, y2: PAIRED.height, class: "wb-paired-zero" }),
    ends && svg("line", { x1: x(ends[0]), x2: x(ends[1]), y1: 8, y2: 8, class: "wb-paired-line" }),
    svg("line", { x1: x(value), x2: x(value), y1: 8, y2: 8, class: "wb-paired-dot" }),
  );
}

function layersRow(language, view) {
  const told = Object.values(view.layers);
  if (!told.length || !told[0].length) return null;
  const rows = told.reduce((longest, one) => (one.length > longest.length ? one : longest));
  const tallest = Math.max(...told.flat().flatMap(([, before, after]) => [before, after]));
  const cells = view.columns.map((column) => {
    if (!column.letter) return barCode(language, rows.map(([name, before]) => [name, before, before]), tallest);
    return view.layers[column.id] ? barCode(language, view.layers[column.id], tallest) : "–";
  });
  return { title: word(language, "compare-layers"), cells, same: told.every((one) => one.every(([, before, after]) => before === after)) };
}

/** A bar a layer, its height the root of its bytes so that small ones are seen; pale is what the baseline has. */
function barCode(language, layers, tallest) {
  const width = BARS.width / layers.length;
  const height = (size) => Math.max(size ? 1 : 0, Math.sqrt(size / tallest) * BARS.height);
  const total = layers.reduce((sum, [, , after]) => sum + after, 0);
  const named = layers.filter(([name]) => name);
  const largest = named.reduce((most, layer) => (layer[2] > most[2] ? layer : most), named[0] || ["", 0, 0]);
  const fields = { layers: named.length, size: said(total, "bytes"), name: largest[0], share: Math.round((100 * largest[2]) / (total || 1)) };
  return svg(
    "svg",
    { viewBox: `0 0 ${BARS.width} ${BARS.height}`, class: "wb-bars", preserveAspectRatio: "none", role: "img", aria: { label: word(language, "compare-layers-says", fields) } },
    layers.map(([name, before, after], k) => {
      const box = { x: k * width, width: Math.max(width * 0.8, 0.5) };
      const title = word(language, "compare-layer", { name: name || word(language, "compare-other"), before: said(before, "bytes"), after: said(after, "bytes") });
      return svg(
        "g",
        {},
        svg("title", {}, title),
        svg("rect", { ...box, y: BARS.height - height(before), height: height(before), class: "wb-bars-was" }),
        svg("rect", { ...box, y: BARS.height - height(after), height: height(after), class: "wb-bars-is" }),
      );
    }),
  );
}

function recipeRows(language, view) {
  return view.recipe_rows.map((row) => {
    const texts = view.columns.map((column) => compareField(language, row.cells[column.id], row.unit));
    const [name, number] = row.step.split(" ");
    const titled = [wordOr(language, `recipe-title-${name}`, row.title), number].filter(Boolean).join(" ");
    const field = row.field ? wordOr(language, `recipe-field-${row.field}`, row.field.replaceAll("_", " ")) : "";
    const title = [titled, field ? h("div", { class: "wb-cmp-note" }, field) : null];
    return { title, cells: texts.map((text) => (text === "–" ? h("span", { class: "wb-quiet" }, text) : text)), same: allSame(texts.slice(1)) };
  });
}

function wordOr(language, key, otherwise) {
  const found = word(language, key);
  return found === key ? otherwise : found;
}

/** The menu of columns: which one the pictures below, and a narrow panel, show. */
export function compareHeld(language, columns, held, choose, key) {
  if (columns.length < 3) return null;
  return h(
    "div",
    { class: "wb-seg", role: "group", aria: { label: word(language, "compare-held") } },
    columns.slice(1).map((column) =>
      h("button", { type: "button", class: "wb-b", aria: { pressed: String(column.id === held), label: compareName(column) }, data: { key: `${key}-${column.id}` }, onclick: () => choose(column.id) }, column.letter),
    ),
  );
}
