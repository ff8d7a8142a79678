// The panel Model: its layers as a table that can be sorted and filtered, with what the present recipe would leave of each.

import { fill, framed, h, settled } from "./dom.js";
import { estimate } from "./estimate.js";
import { said } from "./format.js";
import { frame } from "./frame.js";
import { gridKeys } from "./model-grid.js";
import { askedOf, layerKey, layerKinds, layersShown, withBits, withPrune } from "./model-layers.js";
import { kindText, layerRow, percent } from "./model-row.js";
import { Spine } from "./model-spine.js";
import { stepsOf } from "./steps.js";
import "./words-model.js";
import { word } from "./words.js";

const MODEL_COLUMNS = ["layer", "kind", "shape", "parameters", "macs", "bytes", "time_share", "prune", "bits"];
const MODEL_MANY = 200;
const MODEL_REST_MS = 150; // rows out of sight follow when a slider rests

export function mountModel(host) {
  const panel = frame(host, "model", () => host.get("code").model);
  const shown = new ModelPanel(host, panel);
  return { root: panel.root, close: () => shown.close() };
}

class ModelPanel {
  constructor(host, panel) {
    this.host = host;
    this.panel = panel;
    this.language = host.language;
    this.steps = stepsOf(host);
    this.order = { text: "", kind: "", by: "", down: false };
    this.rows = new Map();
    this.data = null;
    this.make();
    this.follow = framed(() => this.estimate());
    this.rest = settled(() => this.drawLeft(this.rows.keys(), true), MODEL_REST_MS);
    this.off = [this.steps.watch(() => this.follow())];
    host.on("model", () => this.redraw());
    this.redraw();
  }

  close() {
    for (const undo of this.off) undo();
    this.sizes.disconnect();
  }

  make() {
    const language = this.language;
    const filter = settled(() => this.sort({ text: this.text.value }), 80);
    this.text = h("input", { type: "search", class: "wb-lfilter", placeholder: word(language, "model-filter-hint"), aria: { label: word(language, "model-filter") }, data: { key: "model-filter" }, oninput: filter });
    this.kind = h("select", { aria: { label: word(language, "model-kinds") }, data: { key: "model-kind" }, onchange: () => this.sort({ kind: this.kind.value }) });
    this.count = h("span", { class: "wb-quiet", role: "status" });
    const legend = (name) => h("span", {}, h("span", { class: "wb-lbar", aria: { hidden: "true" } }, h("i", { class: `wb-${name}`, style: { width: "100%" } })), word(language, `model-${name}`));
    this.tools = h("div", { class: "wb-ltools" }, this.text, this.kind, this.count, h("span", { class: "wb-gap" }), h("span", { class: "wb-legend" }, legend("stays"), legend("goes")));
    this.heads = MODEL_COLUMNS.map((name) => this.head(name));
    this.body = h("div", { role: "rowgroup" });
    this.foot = h("div", { class: "wb-lfoot" });
    this.table = h("div", { role: "grid", class: "wb-ltable", aria: { label: word(language, "model-table") } }, h("div", { role: "rowgroup" }, h("div", { role: "row", class: "wb-lrow wb-lhead" }, this.heads)), this.body);
    this.keys = gridKeys(this.table);
    this.spine = new Spine();
    this.kept = new Map();
    this.sizes = new ResizeObserver(framed(() => this.drawSpine()));
    this.sizes.observe(this.body);
    this.whole = h("div", { class: "wb-lwhole" }, this.table, this.spine.root);
    this.empty = h("p", { class: "wb-quiet" }, word(language, "model-empty"));
    this.panel.body.append(this.empty, this.tools, this.whole, this.foot);
  }

  /** A heading; those of figures and names sort. */
  head(name) {
    const text = word(this.language, `model-${name}`);
    const column = { time_share: "time" }[name] || name;
    const asked = name === "prune" || name === "bits";
    const button = asked ? text : h("button", { type: "button", class: "wb-sort", data: { key: `model-sort-${name}` }, onclick: () => this.press(name) }, text, h("span", { class: "wb-sort-mark", aria: { hidden: "true" } }));
    return h("div", { role: "columnheader", class: `wb-lc-${column}`, data: { by: asked ? "" : name } }, button);
  }

  /** First press: the largest first, names from a to z; second: the other way; third: the graph's order. */
  press(name) {
    const by = name === "layer" ? "" : name;
    const first = !["", "kind"].includes(by);
    if (this.order.by !== by) this.sort({ by, down: first });
    else if (this.order.down === first) this.sort({ down: !first });
    else this.sort({ by: "", down: false });
  }

  sort(order) {
    Object.assign(this.order, order);
    this.list();
  }

  redraw() {
    const value = this.host.get("model");
    this.panel.refuse(value.error);
    const some = (value.layers || []).length > 0;
    this.empty.hidden = some;
    for (const part of [this.tools, this.whole, this.foot]) part.hidden = !some;
    const data = JSON.stringify(value.layers || []);
    if (data !== this.data) {
      this.data = data;
      this.rebuild(value);
    }
    this.estimate();
  }

  /** Another model: its rows are made once, and sorted and filtered as they are. */
  rebuild(value) {
    const layers = value.layers || [];
    const language = this.language;
    const most = { bytes: Math.max(...layers.map((row) => row.bytes)), time_share: Math.max(...layers.map((row) => row.time_share || 0)) };
    const names = layers.map((row) => row.layer);
    const ask = {
      prune: (layer, asked) => this.steps.put(withPrune(this.steps.list, layer, asked, names)),
      bits: (layer, asked) => this.steps.put(withBits(this.steps.list, layer, asked, names)),
    };
    this.rows = new Map(layers.map((row, k) => [row, layerRow(row, k, { language, most, whole: value.size_bytes, ask })]));
    this.spine.take(value.structure, layers);
    this.order.kind = "";
    this.asked = null;
    const example = new Map(layers.map((row) => [layerKey(row), row]));
    fill(this.kind, h("option", { value: "" }, word(language, "model-all")), layerKinds(layers).map((key) => h("option", { value: key }, kindText(language, example.get(key)))));
    const other = layers.length ? `${said(value.other_bytes, "bytes")}, ${percent(value.other_bytes / value.size_bytes)}` : "";
    fill(this.foot, h("span", {}, word(language, "model-other")), h("span", { class: "wb-n" }, other));
    this.table.classList.toggle("wb-many", layers.length > MODEL_MANY);
    this.list();
  }

  list() {
    const all = [...this.rows.keys()];
    const shown = layersShown(all, this.order);
    fill(this.body, shown.map((row) => this.rows.get(row).root));
    this.shown = shown;
    this.drawSpine();
    fill(this.count, word(this.language, "model-count", { n: shown.length, m: all.length }));
    for (const head of this.heads) {
      const by = head.dataset.by === "layer" ? "" : head.dataset.by;
      const sorted = head.dataset.by !== "" && by === this.order.by;
      if (sorted) head.setAttribute("aria-sort", this.order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.keys.reset();
  }

  /** The network beside the rows that are shown, each at its row's height. */
  drawSpine() {
    const { offsetHeight: height, offsetTop: top } = this.body;
    if (!this.shown || !this.shown.length || !height) return;
    const whole = this.shown.length === this.rows.size && !this.order.by && !this.order.down;
    this.spine.root.style.top = `${top}px`;
    this.spine.draw(this.shown, whole, height / this.shown.length, (row) => this.kept.get(row) ?? row.bytes);
  }

  /** Of many rows those that can be seen, which follow a slider in its frame; null where all do. */
  inSight() {
    if (this.rows.size <= MODEL_MANY || !this.shown || !this.shown.length) return null;
    const { top, height } = this.body.getBoundingClientRect();
    const at = (y) => Math.floor(((y - top) / (height || 1)) * this.shown.length);
    return this.shown.slice(Math.max(at(0), 0), Math.max(at(window.innerHeight) + 1, 0));
  }

  drawLeft(rows, all) {
    const asked = askedOf(this.steps.list);
    for (const row of rows) {
      const drawn = this.rows.get(row);
      drawn.left(this.kept.get(row));
      this.spine.left(row, this.kept.get(row));
      if (asked !== this.asked) drawn.show(this.steps.list);
    }
    if (all) this.asked = asked;
  }

  /** What the recipe would leave, layer by layer: added up here, so that it is seen in the frame of a slider's move. */
  estimate() {
    const { structure, size_bytes: size, metric_say: metric } = this.host.get("model");
    if (!structure) return this.panel.state("");
    const told = modelEstimate(structure, this.steps.list);
    const left = told ? new Map(told.layers.map((layer) => [layer.layer, layer.bytes])) : new Map();
    for (const row of this.rows.keys()) this.kept.set(row, left.get(row.layer) ?? row.bytes);
    const sight = this.inSight();
    this.drawLeft(sight || this.rows.keys(), !sight);
    if (sight) this.rest();
    const whole = said(size, "bytes");
    return this.panel.state(told ? word(this.language, "model-leaves", { size: whole, left: said(told.size_bytes, "bytes") }) : word(this.language, "model-state", { size: whole, metric }));
  }
}

/** The estimate of the steps; null while a value among them is none that could be. */
export function modelEstimate(structure, steps) {
  const on = steps.filter((step) => step.on !== false);
  const ratios = on.flatMap((step) => (step.technique === "StructuredPruning" ? [step.fields.ratio, ...Object.values(step.fields.layers || {})] : []));
  const right = ratios.every((ratio) => typeof ratio === "number" && ratio >= 0 && ratio < 1);
  return on.length && right ? estimate(structure, steps) : null;
}
