// The panel Frontier: every measured file, any two measures against each other.

import { fill, fresh, h, settled, svg } from "./dom.js";
import { frame } from "./frame.js";
import { FrontierActs, scrollToPanel } from "./frontier-acts.js";
import { chartBar, familyBar, saveBar } from "./frontier-bar.js";
import { FrontierChart } from "./frontier-chart.js";
import { answerLine, handBox } from "./frontier-hand.js";
import { saveView } from "./frontier-save.js";
import { countSaid } from "./frontier-say.js";
import { FrontierState } from "./frontier-state.js";
import { FrontierTable } from "./frontier-table.js";
import { FrontierParallel } from "./parallel.js";
import { word } from "./words.js";
import "./words-frontier.js";

const LOOK_SETTLE_MS = 400;

export function mountFrontier(host) {
  const panel = new FrontierPanel(host);
  return { root: panel.panel.root, close: () => panel.close() };
}

class FrontierPanel {
  constructor(host) {
    this.host = host;
    this.panel = frame(host, "frontier", () => host.get("code").frontier);
    this.state = new FrontierState();
    this.view = "chart";
    this.naming = null;
    this.sent = "";
    this.acts = new FrontierActs(this);
    this.chart = new FrontierChart(host, this.state, this.acts);
    this.parallel = new FrontierParallel(host, this.state, this.acts);
    this.table = new FrontierTable(this.state, host.live ? this.acts : null);
    this.sendLook = settled(() => this.postLook(), LOOK_SETTLE_MS);
    this.build();
    for (const name of ["files", "frontier"]) host.on(name, () => this.take());
    host.on("recipe", () => this.chart.redraw());
    host.on("publish", () => this.offer() && this.redraw());
    this.take();
  }

  build() {
    const language = this.host.language;
    this.live = h("p", { class: "wb-sr", aria: { live: "polite" } });
    this.families = h("div", {});
    this.bar = h("div", {});
    this.count = h("div", { class: "wb-count" });
    this.answer = h("div", {});
    this.hand = h("div", {});
    this.empty = emptyFrontier(this.host);
    this.body = h("div", { class: "wb-frontier" }, this.families, this.bar, this.chart.root, this.parallel.root, this.count, this.answer, this.hand);
    const id = fresh("wb-files");
    const heading = this.host.live ? null : h("h3", { id }, word(language, "frontier-all-files"));
    this.files = h("div", { class: "wb-frontier-table", role: heading ? "region" : null, aria: heading ? { labelledby: id } : {} }, heading, this.table.root);
    this.panel.body.append(this.empty, this.body, this.files, this.live);
    this.panel.actions.append(this.views());
  }

  views() {
    const language = this.host.language;
    this.names = this.host.live ? ["chart", "parallel", "table"] : ["chart", "parallel"]; // a saved page has its table below
    this.buttons = this.names.map((view) =>
      h("button", { type: "button", class: "wb-b", aria: { pressed: String(view === this.view) }, onclick: () => this.show(view) }, word(language, `frontier-${view}`)),
    );
    return h("span", { class: "wb-seg", role: "group", aria: { label: word(language, "frontier-view") } }, this.buttons);
  }

  show(view) {
    this.view = view;
    this.names.forEach((name, k) => this.buttons[k].setAttribute("aria-pressed", String(name === view)));
    this.redraw();
  }

  /** New files of the study, or another choice among them. */
  take() {
    if (this.closed) return;
    const given = { ...this.host.get("frontier"), ...this.host.get("files") };
    const before = new Set(this.state.data.points.filter((point) => point.status === "measured").map((point) => point.id));
    const known = this.state.data.study === given.study;
    this.state.take(given);
    this.offer();
    this.adopt(given.look && given.look.study === given.study ? given.look : null);
    this.panel.refuse(given.error);
    this.redraw();
    const come = this.state.data.points.filter((point) => point.status === "measured" && !before.has(point.id));
    if (known) this.chart.fly(come);
    else this.say(""); // what was said of another study's files
  }

  /** The file that Publish would take while none is chosen; says whether it is another one. */
  offer() {
    const { candidate } = this.host.get("publish") || {};
    const before = this.state.offered;
    this.state.offered = candidate && candidate !== "baseline" ? candidate : "";
    return this.state.offered !== before;
  }

  /** What another view of this session looks at, unless it is what was sent from here. */
  adopt(look) {
    if (look && JSON.stringify(look) !== this.sent) {
      this.sent = JSON.stringify(look);
      const { x, y, limits } = look;
      if (this.state.data.measure[x] && this.state.data.measure[y]) this.state.look({ x, y });
      this.state.limits = { x: limits.x, y: "y" in limits ? limits.y : undefined };
    }
    if (!this.sent) this.sent = JSON.stringify(this.look());
  }

  /** What is looked at, as other views are told: a limit that nobody set is left out. */
  look() {
    const { x, y, limits, data } = this.state;
    return { study: data.study, x, y, limits };
  }

  postLook() {
    const look = JSON.stringify(this.look());
    if (look === this.sent) return;
    this.sent = look;
    this.host.ask("look", { look: JSON.parse(look) });
  }

  say(text) {
    this.live.textContent = text;
  }

  /** Only what follows from a limit or the view: while a hand moves it, nothing else is built anew. */
  glance() {
    const language = this.host.language;
    this.chart.redraw();
    this.parallel.redraw();
    fill(this.answer, answerLine(this.state, language, this.acts));
    this.drawCount();
    this.sendLook();
  }

  drawCount() {
    const language = this.host.language;
    const { hidden, off } = this.state.scene;
    const all = () => {
      for (const point of hidden) this.host.ask("hide", { id: point.id, hidden: false });
      this.state.off.clear();
      this.state.changed();
      this.redraw();
    };
    const button = (hidden.length && this.host.live) || off.length ? h("button", { type: "button", class: "wb-b wb-plain", data: { key: "show-all" }, onclick: all }, word(language, "frontier-show-all")) : null;
    fill(this.count, h("span", {}, countSaid(language, this.state, this.chart.outside())), button, saveBar(language, (kind) => saveView(this.view === "parallel" ? this.parallel : this.chart, language, kind), this.view !== "table"));
  }

  redraw() {
    const language = this.host.language;
    const { data } = this.state;
    const empty = !data.baseline;
    const both = !this.host.live;
    this.panel.state(empty ? "" : word(language, "frontier-lead"));
    this.empty.hidden = !empty || this.view === "table";
    this.body.hidden = empty || (this.view === "table" && !both);
    this.files.hidden = this.view !== "table" && !both;
    this.bar.hidden = this.chart.root.hidden = this.view === "parallel";
    this.parallel.root.hidden = this.view !== "parallel";
    if (!this.files.hidden) this.table.draw(language);
    if (empty) return;
    fill(this.families, familyBar(this.state, language, (family) => this.turn(family)));
    fill(this.bar, chartBar(this.state, language, this.barActs()));
    fill(this.hand, handBox(this.state, language, this.acts, this.host.live, this.naming));
    this.glance();
  }

  turn(family) {
    if (!this.state.off.delete(family)) this.state.off.add(family);
    this.state.changed();
    this.redraw();
  }

  barActs() {
    const gliding = (change) => {
      const before = this.state.view();
      change();
      this.chart.glide(before);
      this.redraw();
    };
    return {
      look: (values) => (this.state.look(values), this.redraw()),
      span: (name) => gliding(() => this.state.reset(name)),
      zoom: (factor) => gliding(() => this.state.zoom(factor)),
      estimates: (on) => ((this.state.estimates = on), this.chart.redraw()),
    };
  }

  close() {
    this.closed = true;
    this.chart.close();
    this.parallel.close();
  }
}

/** A frame and a dotted frontier: what to do, and what will then be here. */
function emptyFrontier(host) {
  const frameLine = { d: "M10 6V92H190", fill: "none", stroke: "var(--wb-edge)" };
  const dots = { d: "M18 84C40 44 84 22 182 16", fill: "none", stroke: "var(--wb-ink-2)", "stroke-dasharray": "3 4" };
  const picture = svg("svg", { viewBox: "0 0 200 100", class: "wb-empty-picture", aria: { hidden: "true" } }, svg("path", frameLine), svg("path", dots));
  const go = document.querySelector('[data-panel="recipe"]') || host.live ? h("button", { type: "button", class: "wb-b", onclick: () => scrollToPanel("recipe") }, word(host.language, "frontier-to-recipe")) : null;
  return h("div", { class: "wb-empty" }, picture, h("p", {}, word(host.language, "frontier-empty")), go);
}
