// Which classes paid: recall against the baseline, and the confusion as the difference to it, so that an unharmed model is a
// blank sheet.

import { holdsZero, paidMost, signed } from "./compare-figures.js";
import { compareLetter } from "./compare-table.js";
import { h } from "./dom.js";
import "./words-compare.js";
import { word } from "./words.js";

const FEW = 12;

/** The part with its heading; null for what has no classes. `view_of` is "recall" or "confusion". */
export function compareClasses(host, view, { view_of, every, held, choose }) {
  const language = host.language;
  const columns = view.columns.filter((column) => (view.recall[column.id] || []).length);
  if (!columns.length) return null;
  const tab = (name) =>
    h("button", { type: "button", class: "wb-b", aria: { pressed: String(view_of === name) }, data: { key: `classes-${name}` }, onclick: () => choose({ view_of: name }) }, word(language, `compare-${name}`));
  const seg = h("div", { class: "wb-seg", role: "group", aria: { label: word(language, "compare-view") } }, tab("recall"), tab("confusion"));
  const shown = view_of === "recall" ? recalls(language, view, columns, { every, held, choose }) : confusions(language, view, held);
  return h("div", { class: "wb-cmp-part" }, h("div", { class: "wb-cmp-top" }, h("h3", {}, word(language, "compare-classes")), seg), shown);
}

function recalls(language, view, columns, { every, held, choose }) {
  const off = (k) => (columns[k].id === held ? null : "wb-cmp-off");
  const rows = paidMost(columns.map((column) => view.recall[column.id]));
  const values = rows.flatMap((row) => row.found.filter(Boolean).map(([value]) => value));
  const span = [Math.min(-0.02, ...values), Math.max(0.012, ...values)];
  const few = rows.length > FEW && !every;
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, word(language, "compare-class")),
    h("th", { scope: "col", class: "wb-n" }, word(language, "compare-baseline")),
    columns.map((column, k) => h("th", { scope: "col", class: off(k) }, compareLetter(column), h("span", { class: "wb-sr" }, ` ${column.id}`))),
  );
  const body = (few ? rows.slice(0, FEW) : rows).map((row) =>
    h("tr", {}, h("th", { scope: "row" }, view.classes[row.place]), h("td", { class: "wb-n" }, row.before === null ? "–" : percent(row.before)), row.found.map((found, k) => h("td", { class: off(k) }, recallCell(language, found, span)))),
  );
  const more = rows.length > FEW ? h("button", { type: "button", class: "wb-b", data: { key: "every-class" }, onclick: () => choose({ every: !every }) }, word(language, few ? "compare-more-classes" : "compare-fewer-classes", { n: rows.length })) : null;
  return [
    h("p", { class: "wb-cmp-note" }, word(language, "compare-recall-says")),
    h("table", { class: "wb-recall" }, h("caption", { class: "wb-sr" }, word(language, "compare-classes")), h("thead", {}, head), h("tbody", {}, body)),
    more,
  ];
}

function percent(share) {
  return [(100 * share).toFixed(1), h("span", { class: "wb-unit" }, " %")];
}

function recallCell(language, found, [low, high]) {
  if (!found) return h("span", { class: "wb-quiet" }, word(language, "compare-no-samples"));
  const place = (value) => (100 * (value - low)) / (high - low);
  const [from, to] = [Math.min(place(found[0]), place(0)), Math.max(place(found[0]), place(0))];
  const pale = holdsZero(found);
  const kind = pale ? "wb-recall-pale" : found[0] < 0 ? "wb-recall-lost" : "wb-recall-won";
  const bar = h("i", { class: `wb-recall-bar ${kind}`, style: { left: `${from}%`, width: `${Math.max(to - from, 0.8)}%` } });
  const zero = h("i", { class: "wb-recall-zero", style: { left: `${place(0)}%` } });
  return h("div", { class: "wb-recall-cell" }, h("span", { class: "wb-recall-plot", aria: { hidden: "true" } }, bar, zero), h("span", { class: pale ? "wb-quiet" : "wb-recall-told" }, signed(100 * found[0])));
}

function confusions(language, view, held) {
  const found = view.confusion[held];
  if (!found) return h("p", { class: "wb-quiet" }, word(language, "compare-busy"));
  const names = found.classes.map((place) => view.classes[place]);
  const most = Math.max(1, ...found.rows.flat().map(Math.abs));
  const blank = found.rows.flat().every((value) => value === 0);
  const head = h("tr", {}, h("th", { scope: "col" }, word(language, "compare-is-said")), names.map((name) => h("th", { scope: "col" }, name)));
  const body = found.rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, names[i]), row.map((value, j) => confusionCell(value, i === j, most))));
  const part = found.classes.length < view.classes.length ? word(language, "compare-confusion-part", { n: found.classes.length, all: view.classes.length }) : "";
  return [
    h("p", { class: "wb-cmp-note" }, word(language, "compare-confusion-says", { id: held }), blank ? ` ${word(language, "compare-unharmed")}` : null, part ? ` ${part}` : null),
    h("div", { class: "wb-matrix", role: "group", tabindex: "0", aria: { label: word(language, "compare-confusion") } }, h("table", {}, h("caption", { class: "wb-sr" }, word(language, "compare-confusion")), h("thead", {}, head), h("tbody", {}, body))),
  ];
}

/** Fewer right answers and more wrong ones are marked as a loss, the other way round in grey. */
function confusionCell(value, diagonal, most) {
  const worse = diagonal ? value < 0 : value > 0;
  const kind = `wb-matrix-cell${diagonal ? " wb-matrix-own" : ""}${value && worse ? " wb-matrix-worse" : ""}`;
  const text = value ? signed(value, 0) : h("span", { class: "wb-quiet" }, "·");
  return h("td", { class: kind, style: { "--wb-heat": `${Math.round((100 * Math.abs(value)) / most)}%` } }, text);
}
