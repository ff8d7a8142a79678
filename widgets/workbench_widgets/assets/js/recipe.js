// The panel Recipe: cards, or the same recipe as YAML, and what it would give while a slider moves.

import { fill, framed, h } from "./dom.js";
import { estimate } from "./estimate.js";
import { said } from "./format.js";
import { frame } from "./frame.js";
import { cardOf, cardTitle } from "./recipe-card.js";
import { dragCard } from "./recipe-drag.js";
import { recipeMenu } from "./recipe-menu.js";
import { readOf } from "./recipe-read.js";
import { withinBounds } from "./recipe-scale.js";
import { fromPreset, mendedBy, sameSteps, stepsOf, withCopy, withField, withMove, withoutStep, withStep, withSwitch } from "./steps.js";
import { yamlOf } from "./recipe-yaml.js";
import "./words-recipe.js";
import { word } from "./words.js";

export function mountRecipe(host) {
  const panel = frame(host, "recipe", () => host.get("code").recipe);
  const shown = new RecipePanel(host, panel);
  return { root: panel.root, close: () => shown.close() };
}

class RecipePanel {
  constructor(host, panel) {
    this.host = host;
    this.panel = panel;
    this.language = host.language;
    this.steps = stepsOf(host);
    this.cards = [];
    this.list = h("div", { class: "wb-cards" });
    this.start = h("div", { class: "wb-card-start" });
    this.live = h("div", { class: "wb-sr", role: "status" });
    this.yaml = yamlOf(host);
    this.read = readOf(host, () => this.run());
    this.cardsView = h("div", {}, this.start, this.list, h("div", { class: "wb-recipe-menus" }, this.menus()));
    this.views();
    panel.body.append(this.cardsView, this.yaml.root, this.read.root, this.live);
    this.redraw = framed(() => this.draw());
    this.off = [this.steps.watch((what) => this.changed(what))];
    host.on("recipe", () => this.redraw());
    host.on("model", () => this.redraw());
    this.build();
    this.draw();
  }

  close() {
    for (const undo of this.off) undo();
  }

  get value() {
    return this.host.get("recipe");
  }

  get catalog() {
    return this.value.catalog || [];
  }

  entry(technique) {
    return this.catalog.find((entry) => entry.technique === technique);
  }

  /** "Cards" and "YAML". */
  views() {
    const button = (name, text) => h("button", { type: "button", class: "wb-b", data: { key: `recipe-${name}` }, onclick: () => show(name) }, text);
    const buttons = { cards: button("cards", word(this.language, "recipe-cards")), yaml: button("yaml", "YAML") };
    const show = (name) => {
      this.cardsView.hidden = name !== "cards";
      this.yaml.show(name === "yaml");
      for (const [key, one] of Object.entries(buttons)) one.setAttribute("aria-pressed", String(key === name));
    };
    this.panel.actions.append(h("div", { class: "wb-seg", role: "group", aria: { label: word(this.language, "recipe-views") } }, Object.values(buttons)));
    show("cards");
  }

  menus() {
    const add = () =>
      this.catalog.map((entry) => ({
        title: cardTitle(this.language, entry.technique, entry),
        say: recipeSay(this.language, entry),
        act: () => this.put(withStep(this.steps.list, entry, this.catalog)),
      }));
    const presets = () =>
      (this.value.presets || []).map((preset) => ({
        title: recipePresetTitle(this.language, preset),
        say: preset.steps.map((step) => cardTitle(this.language, step.technique, this.entry(step.technique))).join(" · "),
        act: () => this.put(fromPreset(preset)),
      }));
    return [recipeMenu(word(this.language, "recipe-add"), "add", add), recipeMenu(word(this.language, "recipe-presets"), "presets", presets)];
  }

  put(list) {
    this.steps.put(list, "shape");
  }

  /** The steps have changed, here or elsewhere. Values follow without the cards being made anew. */
  changed(what) {
    const same = this.cards.length === this.steps.list.length && this.steps.list.every((step, k) => this.cards[k].id === step.id);
    if (what === "shape" || !same) this.build();
    else if (what === "news") this.steps.list.forEach((step, k) => this.cards[k].show(step));
    else for (const step of this.steps.list) this.cards.find((card) => card.id === step.id).show(step);
    this.redraw();
  }

  build() {
    const { list } = this.steps;
    const open = new Set(this.cards.filter((card) => card.root.querySelector("details[open]")).map((card) => card.id));
    this.cards = list.map((step, place) => cardOf(step, this.entry(step.technique), { language: this.language, place, count: list.length, acts: this.acts() }));
    for (const card of this.cards) if (open.has(card.id)) card.root.querySelector("details").open = true;
    const empty = h("p", { class: "wb-quiet" }, word(this.language, "recipe-empty"));
    fill(this.list, list.length ? this.cards.map((card) => card.root) : empty);
  }

  acts() {
    const change = (make, what) => (...given) => this.steps.put(make(this.steps.list, ...given), what);
    return {
      field: change(withField, "values"),
      toggle: change(withSwitch, "values"),
      copy: change(withCopy, "shape"),
      remove: (id) => this.remove(id),
      move: (id, by) => this.move(id, by),
      mend: (error) => this.put(mendedBy(this.steps.list, error, this.catalog)),
      grab: (event, id) => dragCard(event, this.rootOf(id), this.cards.map((card) => card.root), (by) => this.move(id, by)),
    };
  }

  rootOf(id) {
    return this.cards.find((card) => card.id === id).root;
  }

  /** The focus goes to the card that takes the place of the one that is gone. */
  remove(id) {
    const place = this.steps.list.findIndex((step) => step.id === id);
    this.put(withoutStep(this.steps.list, id));
    const next = this.cards[Math.min(place, this.cards.length - 1)];
    (next ? next.root : this.cardsView.querySelector("button")).focus();
  }

  /** A recipe that was measured has nothing to run: its file is taken in hand, where the chart shows it. */
  run() {
    const { measured } = this.reading();
    this.steps.flush();
    if (measured === null) return this.host.ask("run", {});
    this.host.ask("choose", { ids: [measured] });
    return this.panel.root.parentElement?.closest(".wb")?.querySelector("[data-panel=frontier]")?.scrollIntoView({ block: "nearest" });
  }

  reading() {
    return recipeReading(this.value, this.host.get("model").structure || null, this.steps.list, this.catalog);
  }

  move(id, by) {
    const moved = withMove(this.steps.list, id, by);
    if (moved === this.steps.list) return;
    this.put(moved);
    const place = moved.findIndex((step) => step.id === id);
    if (!this.rootOf(id).contains(document.activeElement)) this.rootOf(id).focus();
    const title = cardTitle(this.language, moved[place].technique, this.entry(moved[place].technique));
    fill(this.live, word(this.language, "recipe-moved", { title, k: place + 1, n: moved.length }));
  }

  draw() {
    const reading = this.reading();
    const on = reading.steps.filter((step) => step.on !== false).length;
    this.panel.state(on === 1 ? word(this.language, "recipe-one-step") : word(this.language, "recipe-steps", { n: on }));
    this.panel.refuse(this.value.error);
    const whole = reading.baseline ? reading.baseline.size_bytes[0] : null;
    fill(this.start, h("span", {}, word(this.language, "recipe-baseline")), h("span", { class: "wb-n" }, whole === null ? "–" : said(whole, "bytes")));
    const costs = recipeCosts(reading);
    this.cards.forEach((card, k) => {
      card.cost(costs[k]);
      card.left(reading.estimate ? reading.estimate.after[k] : null, whole || 1, reading.refused);
      card.refuse(reading.errors.filter((error) => error.step === k));
    });
    this.read.show(reading);
    this.yaml.draw();
    this.host.news.tell("estimate", reading.refused ? null : reading.estimate);
  }
}

/**
 * All that is known of the steps as they stand: the browser's own estimate, and what the kernel has found out. `fresh` says that
 * the kernel's part is about these very steps; where it is not, only the estimate can be relied on.
 */
export function recipeReading(value, structure, steps, catalog) {
  const fresh = sameSteps(steps, value.steps || []);
  const errors = fresh ? value.errors || [] : [];
  const outside = steps.some((step) => step.on !== false && recipeOutside(step, catalog));
  const refused = errors.length > 0 || outside;
  const measured = fresh && value.measured ? value.measured : null;
  const trains = steps.some((step) => step.on !== false && (catalog.find((entry) => entry.technique === step.technique) || {}).order === "recovery");
  return {
    steps,
    catalog,
    fresh,
    errors,
    refused,
    measured,
    trains,
    figures: measured !== null ? value.figures : null,
    baseline: value.baseline || null,
    metric: value.metric || null,
    estimate: structure && !outside ? estimate(structure, steps) : null,
    preview: value.preview || { state: "none" },
    latency: value.latency || null,
    cost: value.cost_seconds,
    seconds: value.step_seconds || [],
    busy: fresh ? value.busy : null,
    failed: fresh ? value.failed || null : null,
    ready: value.ready === true,
  };
}

/** Seconds of each card's step; null of one that is switched off or of which nothing is known. */
export function recipeCosts({ steps, fresh, seconds }) {
  let on = 0;
  return steps.map((step) => (step.on === false ? null : ((fresh && seconds[on++]) ?? null) || null));
}

function recipeOutside(step, catalog) {
  const entry = catalog.find((one) => one.technique === step.technique);
  return entry !== undefined && entry.fields.some((field) => field.name in step.fields && !withinBounds(field, step.fields[field.name]));
}

function recipeSay(language, entry) {
  const key = `recipe-say-${entry.technique}`;
  const text = word(language, key);
  return text === key ? entry.say : text;
}

function recipePresetTitle(language, preset) {
  const key = `recipe-preset-${preset.key}`;
  const text = word(language, key);
  return text === key ? preset.title : text;
}
