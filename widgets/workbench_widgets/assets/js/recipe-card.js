// One card: a technique's name, its switch, its fields, and the bytes that are left after it.

import { fill, h, svg } from "./dom.js";
import { said, seconds } from "./format.js";
import { fieldOf } from "./recipe-fields.js";
import { WORDS, word } from "./words.js";

const CARD_SIGNS = {
  p: "M2 2h10v10H2z",
  q: "M7 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z",
  d: "M7 1.5L13 12.5H1z",
  other: "M7 1L13 7L7 13L1 7z",
};
const CARD_UP = "M2 8l4-4 4 4";
const CARD_DOWN = "M2 4l4 4 4-4";
const CARD_MAIN = 2;

/**
 * A card. `acts` has field(id, name, value), toggle(id, on), move(id, by), copy(id), remove(id), mend(error), grab(event, id). Returns
 * { root, id, show(step), cost(seconds), left(bytes, whole, refused), refuse(errors) }.
 */
export function cardOf(step, entry, { language, place, count, acts }) {
  const title = cardTitle(language, step.technique, entry);
  const key = `card-${step.id}`;
  const fields = entry ? entry.fields : [];
  const made = new Map(fields.map((field) => [field.name, cardField(field, step, { language, key, acts })]));
  const main = fields.filter((field) => field.main).slice(0, CARD_MAIN);
  const rest = fields.filter((field) => !main.includes(field));
  const more = rest.length ? cardMore(rest, made, { language, key }) : null;
  const refusal = h("div", { class: "wb-card-refusal", role: "alert", hidden: true });
  const after = cardAfter();
  const cost = h("span", { class: "wb-card-cost" });
  const root = h(
    "section",
    {
      class: "wb-card",
      data: { key, card: step.id },
      tabindex: "-1",
      aria: { label: word(language, "recipe-card", { title, k: place + 1, n: count }) },
      onkeydown: (event) => cardKey(event, step.id, acts),
    },
    cardHead({ step, title, cost, key, language, place, count, acts, family: entry ? entry.family : "other" }),
    refusal,
    h("div", { class: "wb-card-body" }, main.map((field) => made.get(field.name).root), cardFoot({ more, step, title, key, language, acts })),
    after.root,
  );
  const card = {
    root,
    id: step.id,
    show(now) {
      root.classList.toggle("wb-off", now.on === false);
      for (const field of fields) made.get(field.name).set(now.fields[field.name] ?? field.default);
      if (more) more.show(now);
    },
    cost(known) {
      const text = known === null ? "" : `≈ ${seconds(known)}`;
      if (cost.textContent !== text) cost.textContent = text;
    },
    left: (bytes, whole, refused) => after.show(language, bytes, whole, refused),
    refuse(errors) {
      const whole = errors.filter((error) => !made.has(error.field));
      root.classList.toggle("wb-bad", errors.length > 0);
      refusal.hidden = whole.length === 0;
      fill(refusal, whole.map((error) => cardRefusal(error, { language, key, acts })));
      for (const [name, control] of made) control.refuse((errors.find((error) => error.field === name) || {}).sentence);
      if (more && errors.some((error) => rest.some((field) => field.name === error.field))) more.root.open = true;
    },
  };
  card.show(step);
  return card;
}

/** A technique's name for people; a plug-in's is its own. */
export function cardTitle(language, technique, entry) {
  const key = `recipe-title-${technique}`;
  return key in WORDS ? word(language, key) : (entry && entry.title) || technique;
}

function cardField(field, step, { language, key, acts }) {
  const changed = (value) => acts.field(step.id, field.name, value);
  return fieldOf(field, step.fields[field.name] ?? field.default, { technique: step.technique, language, key: `${key}-${field.name}`, changed });
}

function cardKey(event, id, acts) {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  acts.move(id, event.key === "ArrowUp" ? -1 : 1);
}

function cardHead({ step, title, cost, key, language, place, count, acts, family }) {
  const grip = h("span", { class: "wb-grip", title: word(language, "recipe-drag"), aria: { hidden: "true" }, onpointerdown: (event) => acts.grab(event, step.id) }, cardDots());
  const move = (name, by, path, off) =>
    h("button", { type: "button", class: "wb-b wb-icon wb-small", disabled: off, data: { key: `${key}-${name}` }, aria: { label: word(language, `recipe-${name}`, { title }) }, onclick: () => acts.move(step.id, by) }, cardStroke(path));
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    class: "wb-switch",
    data: { key: `${key}-on` },
    aria: { label: word(language, "recipe-on", { title }) },
    onchange: () => acts.toggle(step.id, box.checked),
  });
  box.checked = step.on !== false;
  return h("div", { class: "wb-card-head" }, grip, cardSign(family), h("h3", {}, title, " ", cost), move("up", -1, CARD_UP, place === 0), move("down", 1, CARD_DOWN, place === count - 1), box);
}

/** What is seldom touched: the remaining fields, folded, with how many of them are not at their defaults. */
function cardMore(rest, made, { language, key }) {
  const named = rest.length === 1 ? word(language, "recipe-one-more") : word(language, "recipe-more", { n: rest.length });
  const changed = h("span", { class: "wb-quiet" });
  const summary = h("summary", { data: { key: `${key}-more` } }, named, changed);
  const root = h("details", { class: "wb-more" }, summary, rest.map((field) => made.get(field.name).root));
  const show = (step) => {
    const n = rest.filter((field) => JSON.stringify(step.fields[field.name] ?? field.default) !== JSON.stringify(field.default)).length;
    fill(changed, n ? ` · ${word(language, "recipe-changed", { n })}` : "");
  };
  return { root, show };
}

function cardFoot({ more, step, title, key, language, acts }) {
  const act = (name, does) =>
    h("button", { type: "button", class: "wb-b wb-plain", data: { key: `${key}-${name}` }, aria: { label: word(language, `recipe-${name}-of`, { title }) }, onclick: does }, word(language, `recipe-${name}`));
  return h("div", { class: "wb-card-foot" }, more ? more.root : h("span"), h("span", { class: "wb-card-acts" }, act("copy", () => acts.copy(step.id)), act("remove", () => acts.remove(step.id))));
}

function cardRefusal(error, { language, key, acts }) {
  const mend = error.mend ? h("button", { type: "button", class: "wb-b wb-small", data: { key: `${key}-mend` }, onclick: () => acts.mend(error) }, word(language, "recipe-mend")) : null;
  return h("div", {}, h("span", { class: "wb-sign", aria: { hidden: "true" } }, "!"), error.sentence, mend ? h("div", {}, mend) : null);
}

/** The ladder's rung: the bytes that are left, as a bar on the baseline's scale and as a figure. */
function cardAfter() {
  const bar = h("i");
  const figure = h("span", { class: "wb-n" });
  const root = h("div", { class: "wb-after" }, h("div", { class: "wb-bar", aria: { hidden: "true" } }, bar), figure);
  const show = (language, bytes, whole, refused) => {
    const known = bytes !== null && !refused;
    bar.style.width = known ? `${Math.min(100, (100 * bytes) / whole)}%` : "0";
    const text = known ? `≈ ${said(bytes, "bytes")}` : "–";
    if (figure.textContent !== text) figure.textContent = text;
    if (known) root.title = word(language, "recipe-left", { size: text });
  };
  return { root, show };
}

function cardSign(family) {
  return svg("svg", { class: "wb-card-sign", viewBox: "0 0 14 14", width: 14, height: 14, aria: { hidden: "true" } }, svg("path", { d: CARD_SIGNS[family] || CARD_SIGNS.other, fill: "currentColor" }));
}

function cardStroke(path) {
  return svg("svg", { viewBox: "0 0 12 12", width: 12, height: 12, aria: { hidden: "true" } }, svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linecap": "round" }));
}

function cardDots() {
  const dots = [3, 8, 13].flatMap((y) => [2, 7].map((x) => svg("circle", { cx: x, cy: y, r: 1.2, fill: "currentColor" })));
  return svg("svg", { viewBox: "0 0 9 16", width: 9, height: 16 }, dots);
}
