// The same points as a table: a row each file, the failed ones with their reason.

import { fill, h } from "./dom.js";
import { intervalSaid, measureTitle, nameOf, toldMeasures } from "./frontier-say.js";
import { figuresOf } from "./points.js";
import { glyph, lossSign } from "./shapes.js";
import { word } from "./words.js";

const TABLE_FIRST = 60;
const TABLE_MORE = 1000;
const TABLE_WAIT = 200;

export class FrontierTable {
  /** `acts`: { take(id), star(id), hide(id, hidden) }; without `acts` nothing can be done but sorting. */
  constructor(state, acts) {
    this.state = state;
    this.acts = acts;
    this.sort = { by: "id", down: false };
    this.root = h("div", { class: "wb-files" });
    this.language = "en";
    this.body = null;
    this.of = [];
  }

  draw(language) {
    this.language = language;
    const columns = this.columns();
    const of = [language, this.state.data, this.state.scene, this.sort.by, this.sort.down, ...columns.map((column) => column.key)];
    if (this.body && of.length === this.of.length && of.every((one, k) => one === this.of[k])) {
      this.mark();
      return;
    }
    this.of = of;
    const { baseline } = this.state.data;
    const nothing = h("tr", {}, h("td", { colspan: columns.length + 1 }, word(language, "frontier-empty")));
    const points = this.rows();
    const first = this.body ? points.length : TABLE_FIRST; // drawn again, it keeps its length, and where one was
    const rows = points.slice(0, first).map((point) => this.row(point, columns));
    const body = h("tbody", {}, baseline ? this.row(baseline, columns) : nothing, rows);
    this.body = body;
    fill(this.root, h("table", { class: "wb-files-table" }, this.head(columns), body));
    this.rest(body, points.slice(first), columns);
  }

  /** The same rows: only which are chosen may have changed. */
  mark() {
    for (const row of this.body.rows) {
      const chosen = this.state.chosen.includes(row.dataset.id);
      if (row.classList.contains("wb-file-chosen") === chosen) continue;
      row.classList.toggle("wb-file-chosen", chosen);
      row.querySelector(".wb-take")?.setAttribute("aria-pressed", String(chosen));
    }
  }

  /** The rows of a long table come a thousand at a time, when nothing else is to be done: what can be seen is there at once. */
  rest(body, points, columns) {
    if (!points.length) return;
    const idle = window.requestIdleCallback || ((act) => setTimeout(act, TABLE_WAIT));
    idle(
      () => {
        if (this.body !== body) return;
        body.append(...points.slice(0, TABLE_MORE).map((point) => this.row(point, columns)));
        this.rest(body, points.slice(TABLE_MORE), columns);
      },
      { timeout: TABLE_WAIT },
    );
  }

  columns() {
    const names = toldMeasures(this.state, 5);
    const { data } = this.state;
    const measures = names.map((name, k) => ({ key: name, title: measureTitle(this.language, data.measure[name]), numeric: true, narrow: k < 2 }));
    return [
      { key: "id", title: word(this.language, "frontier-file"), narrow: true },
      { key: "name", title: word(this.language, "frontier-recipe") },
      ...measures,
      { key: "loss", title: word(this.language, "frontier-verdict"), narrow: true },
    ];
  }

  head(columns) {
    const cells = columns.map((column) => {
      const sorted = this.sort.by === column.key ? (this.sort.down ? "descending" : "ascending") : null;
      const label = word(this.language, "frontier-sort", { column: column.title });
      const sign = sorted ? h("span", { aria: { hidden: "true" } }, sorted === "ascending" ? " ▲" : " ▼") : null;
      const button = h("button", { type: "button", class: "wb-sort", title: label, data: { key: `sort-${column.key}` }, onclick: () => this.turn(column.key) }, column.title, sign);
      return h("th", { scope: "col", class: tableClass(column), aria: { sort: sorted } }, button);
    });
    const actions = this.acts ? h("th", { scope: "col", class: "wb-wide" }, h("span", { class: "wb-sr" }, word(this.language, "frontier-actions"))) : null;
    return h("thead", {}, h("tr", {}, cells, actions));
  }

  turn(key) {
    this.sort = { by: key, down: this.sort.by === key && !this.sort.down };
    this.draw(this.language);
  }

  /** Measured and failed files in the order that is asked for; what is still at work is no file yet. */
  rows() {
    const { data } = this.state;
    const files = data.points.filter((point) => point.status === "measured" || point.reason);
    const of = this.sortedBy();
    const sign = this.sort.down ? -1 : 1;
    const rank = (point) => {
      const value = of(point);
      return value === null ? Infinity : sign * value;
    };
    if (this.sort.by === "name") return [...files].sort((a, b) => sign * nameOf(this.language, a).localeCompare(nameOf(this.language, b)) || a.row - b.row);
    return [...files].sort((a, b) => rank(a) - rank(b) || a.row - b.row);
  }

  sortedBy() {
    const { data } = this.state;
    if (this.sort.by === "id") return (point) => point.row;
    if (this.sort.by === "loss") return (point) => (point.reason ? null : ["none", "unknown", "small", "large"].indexOf(point.loss));
    return (point) => (figuresOf(data, point, this.sort.by) || [null])[0];
  }

  row(point, columns) {
    const { state } = this;
    const chosen = state.chosen.includes(point.id);
    const kind = ["wb-file", chosen ? "wb-file-chosen" : "", point.hidden ? "wb-file-hidden" : ""].filter(Boolean).join(" ");
    const cells = point.reason ? this.failed(point, columns) : columns.slice(1).map((column) => this.cell(point, column));
    // A click anywhere on a row takes its file, as its name does, which is there for the keyboard.
    const take = this.acts && point.row && !point.reason ? (event) => event.target.closest("button, input, a") || this.acts.take(point.id) : null;
    return h("tr", { class: kind, data: { id: point.id }, onclick: take }, this.first(point), cells, this.acts ? h("td", { class: "wb-wide wb-file-acts" }, this.actions(point)) : null);
  }

  first(point) {
    const on = this.state.scene.on.has(point.id);
    const title = point.row === 0 ? word(this.language, "frontier-baseline") : point.id;
    const name = on ? h("b", {}, title) : title;
    const mark = glyph(point.family, { ring: point.row === 0 });
    const star = point.starred ? h("span", { class: "wb-star-said" }, " ★") : null;
    if (!this.acts || point.row === 0 || point.reason) return h("th", { scope: "row" }, mark, " ", name, star);
    const take = () => this.acts.take(point.id);
    const pressed = String(this.state.chosen.includes(point.id));
    return h("th", { scope: "row" }, h("button", { type: "button", class: "wb-take", aria: { pressed }, data: { key: `take-${point.id}` }, onclick: take }, mark, " ", name, star));
  }

  failed(point, columns) {
    const head = point.status === "failed" ? `${word(this.language, "frontier-failed")}: ` : ""; // what was called off has not failed
    const reason = h("td", { colspan: columns.length - 2, class: "wb-file-said" }, head, point.reason);
    return [this.cell(point, columns[1]), reason];
  }

  cell(point, column) {
    const kind = tableClass(column);
    if (column.key === "name") return h("td", { class: `${kind} wb-file-name` }, point.row === 0 ? "" : nameOf(this.language, point));
    if (column.key === "loss") return h("td", { class: `${kind} wb-file-said` }, this.said(point));
    const found = figuresOf(this.state.data, point, column.key);
    if (!found) return h("td", { class: kind }, "–");
    const [figure, unit] = intervalSaid(found, this.state.data.measure[column.key].unit);
    return h("td", { class: kind }, figure.replace("± ", "±\u00a0"), unit ? h("span", { class: "wb-unit" }, `\u00a0${unit}`) : null);
  }

  said(point) {
    if (!point.verdict) return "";
    return [lossSign(point.loss), " ", point.verdict];
  }

  actions(point) {
    if (point.row === 0) return [];
    const language = this.language;
    const star = point.reason ? null : starButton(language, point, () => this.acts.star(point.id));
    const hide = h("button", { type: "button", class: "wb-b wb-plain", aria: { label: word(language, point.hidden ? "frontier-show-id" : "frontier-hide-id", { id: point.id }) }, data: { key: `hide-${point.id}` }, onclick: () => this.acts.hide(point.id, !point.hidden) }, word(language, point.hidden ? "frontier-show" : "frontier-hide"));
    return [star, point.reason ? null : hide];
  }
}

/** A star that is on or off. */
export function starButton(language, point, act) {
  const name = word(language, "frontier-star", { id: point.id });
  return h("button", { type: "button", class: "wb-star", title: name, aria: { label: name, pressed: String(point.starred) }, data: { key: `star-${point.id}` }, onclick: act }, h("span", { aria: { hidden: "true" } }, point.starred ? "★" : "☆"));
}

function tableClass(column) {
  return [column.numeric ? "wb-n" : "", column.narrow ? "" : "wb-wide"].filter(Boolean).join(" ") || null;
}
