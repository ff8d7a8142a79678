// The recipe's steps as the panels of one page share them: changed here at once, sent to the kernel when the hand rests.

import { settled } from "./dom.js";

const STEPS_SETTLE_MS = 90;

const stepsKept = new WeakMap();

/** The steps of a host: one for all panels of a page, also when these are made anew. */
export function stepsOf({ whole: host }) {
  if (!stepsKept.has(host)) stepsKept.set(host, new Steps(host));
  return stepsKept.get(host);
}

let stepsNumbered = 0;

/**
 * `list` is [{ id, technique, on, fields }]; `id` tells cards of this page apart and is not sent. Watchers are called with what
 * changed: "values" (fields of a card), "shape" (cards come, go, move or are switched), "news" (from elsewhere).
 */
class Steps {
  constructor(host) {
    this.host = host;
    this.view = Math.random().toString(36).slice(2, 10);
    this.turn = 0;
    this.posted = 0;
    this.waits = false;
    this.watchers = new Set();
    this.list = identified(host.get("recipe").steps || [], []);
    this.send = settled(() => this.flush(), STEPS_SETTLE_MS);
    host.on("recipe", () => this.hear());
  }

  /** Puts other steps in their place. */
  put(list, what = "values") {
    this.list = list;
    this.turn += 1;
    this.waits = true;
    this.tell(what);
    this.send();
  }

  /** Calls `act(what)` on each change; the answer ends that. */
  watch(act) {
    this.watchers.add(act);
    return () => this.watchers.delete(act);
  }

  tell(what) {
    for (const act of this.watchers) act(what);
    this.host.news.tell("steps", this.list);
  }

  /** Sends what has not been sent yet: before anything is asked that is about the steps. */
  flush() {
    if (this.posted === this.turn) return;
    this.posted = this.turn;
    this.host.ask("steps", { steps: this.list.map(plainStep), view: this.view, turn: this.turn });
  }

  /** What the kernel has is taken over, unless it has not heard of the newest change here yet. */
  hear() {
    const recipe = this.host.get("recipe");
    const known = (recipe.turns || {})[this.view] || 0;
    if (this.waits && known < this.turn) return;
    this.waits = false;
    if (sameSteps(this.list, recipe.steps || [])) return;
    this.list = identified(recipe.steps || [], this.list);
    this.tell("news");
  }
}

/** Steps with ids: a card keeps its id where the same technique stands in the same place. */
function identified(steps, before) {
  return steps.map((step, k) => {
    if (before[k] && before[k].technique === step.technique) return { ...step, id: before[k].id };
    stepsNumbered += 1;
    return { ...step, id: `s${stepsNumbered}` };
  });
}

export function plainStep({ technique, on, fields }) {
  return { technique, on: on !== false, fields };
}

export function sameSteps(one, other) {
  return JSON.stringify(one.map(plainStep)) === JSON.stringify(other.map(plainStep));
}

/** The steps with another value in a card's field. */
export function withField(list, id, name, value) {
  return list.map((step) => (step.id === id ? { ...step, fields: { ...step.fields, [name]: value } } : step));
}

/** The steps with a card switched on or off. */
export function withSwitch(list, id, on) {
  return list.map((step) => (step.id === id ? { ...step, on } : step));
}

/** The steps with a card moved by so many places; where it cannot go farther, the same list. */
export function withMove(list, id, by) {
  const from = list.findIndex((step) => step.id === id);
  const to = Math.min(Math.max(from + by, 0), list.length - 1);
  if (from < 0 || to === from) return list;
  const moved = list.filter((step) => step.id !== id);
  moved.splice(to, 0, list[from]);
  return moved;
}

/** The steps with a copy of a card behind it. */
export function withCopy(list, id) {
  stepsNumbered += 1;
  const copy = (step) => ({ ...step, fields: structuredClone(step.fields), id: `s${stepsNumbered}` });
  return list.flatMap((step) => (step.id === id ? [step, copy(step)] : [step]));
}

export function withoutStep(list, id) {
  return list.filter((step) => step.id !== id);
}

const STEP_ORDER = { architecture: 0, weights: 1, recovery: 2, numerics: 3 };

/** The steps with a new card at its defaults, behind all that have to stand before it. */
export function withStep(list, entry, catalog) {
  stepsNumbered += 1;
  const fields = Object.fromEntries(entry.fields.map((field) => [field.name, structuredClone(field.default)]));
  const made = { technique: entry.technique, on: true, fields, id: `s${stepsNumbered}` };
  const rank = (technique) => STEP_ORDER[orderOf(catalog, technique)] ?? 3;
  const after = list.findIndex((step) => rank(step.technique) > rank(entry.technique));
  const place = after < 0 ? list.length : after;
  return [...list.slice(0, place), made, ...list.slice(place)];
}

/** The steps of a preset, as new cards. */
export function fromPreset(preset) {
  return identified(structuredClone(preset.steps), []);
}

/**
 * The steps in an order that works: what changes shapes, what changes weights, what works on the file, each with the training
 * that stood behind it; of several ways to store numbers the last one stays switched on.
 */
export function mended(list, catalog) {
  const rank = (step) => STEP_ORDER[orderOf(catalog, step.technique)] ?? 3;
  const numerics = list.filter((step) => rank(step) === 3);
  const kept = numerics.filter((step) => step.on !== false).at(-1);
  const rest = list.filter((step) => rank(step) !== 3);
  const groups = { 0: [], 1: [] };
  let at = 0;
  for (const step of rest) {
    if (rank(step) < 2) at = rank(step);
    groups[at].push(step);
  }
  return [...groups[0], ...groups[1], ...numerics.map((step) => (step === kept ? step : { ...step, on: false }))];
}

/** The steps as a refusal's button leaves them: with the fields that it `sets` in every such card, else in another order. */
export function mendedBy(list, error, catalog) {
  if (!error.sets) return mended(list, catalog);
  const { technique } = list[error.step];
  return list.map((step) => (step.technique === technique && step.on !== false ? { ...step, fields: { ...step.fields, ...error.sets } } : step));
}

function orderOf(catalog, technique) {
  return (catalog.find((entry) => entry.technique === technique) || {}).order;
}
