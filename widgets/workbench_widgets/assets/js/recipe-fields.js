// The controls of a card: one for each field that its technique declares.

import { fill, fresh, h, invalid } from "./dom.js";
import { namesOf, namesText, placeOf, sharesOf, sharesText, shownNumber, sliderPlaces, sliderRange, typedNumber, valueAt } from "./recipe-scale.js";
import "./words-recipe-help.js";
import { WORDS, word } from "./words.js";

const FIELD_MAKERS = { number: numberField, integer: numberField, switch: switchField, choice: choiceField };

/**
 * A control. `changed(value)` is called while it moves. Returns { root, set(value), refuse(sentence) }: `set` shows a value that
 * comes from elsewhere, `refuse` stands under the control, and what was typed stays as it is.
 */
export function fieldOf(field, value, { technique, language, key, changed }) {
  const id = fresh("wb-field");
  const made = (FIELD_MAKERS[field.kind] || textField)(field, { language, id, key, changed });
  const say = fieldHelp(language, technique, field);
  const help = h("span", { id: `${id}-say`, class: "wb-sr" }, say);
  const refusal = h("div", { id: `${id}-bad`, class: "wb-say wb-say-bad", role: "alert", hidden: true });
  for (const control of made.controls) control.setAttribute("aria-describedby", `${id}-say ${id}-bad`);
  made.set(value);
  return {
    root: h("div", { class: "wb-field", title: say }, made.parts, help, refusal),
    set: made.set,
    refuse(sentence) {
      refusal.hidden = !sentence;
      fill(refusal, sentence || "");
      for (const control of made.controls) invalid(control, Boolean(sentence));
    },
  };
}

/** What a field says of itself; one of a plug-in in its own words. */
function fieldHelp(language, technique, field) {
  const key = `recipe-help-${technique}-${field.name}`;
  return key in WORDS ? word(language, key) : field.say;
}

/** A field's name for people. */
export function fieldName(language, name) {
  const key = `recipe-field-${name}`;
  if (key in WORDS) return word(language, key);
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function numberField(field, { language, id, key, changed }) {
  const name = fieldName(language, field.name);
  const box = h("input", { type: "text", inputmode: "decimal", class: "wb-number", id: `${id}-n`, autocomplete: "off", data: { key: `${key}-n` } });
  const unit = field.unit === "share" ? "%" : field.kind === "integer" ? "" : numberUnit(field);
  const boxed = h("span", { class: "wb-boxed" }, box, unit ? h("span", { class: "wb-unit", aria: { hidden: "true" } }, unit) : null);
  if (!sliderRange(field)) {
    box.addEventListener("input", () => changed(typedNumber(field, box.value)));
    return { parts: h("div", { class: "wb-field-line" }, h("label", { for: `${id}-n` }, name), boxed), controls: [box], set: (value) => numberShown(box, field, value) };
  }
  const slider = h("input", { type: "range", id, class: "wb-range", ...sliderPlaces(field), data: { key } });
  const show = (value) => {
    if (typeof value !== "number") return;
    slider.value = placeOf(field, value);
    slider.setAttribute("aria-valuetext", `${shownNumber(field, value)}${unit ? ` ${unit}` : ""}`);
    slider.style.setProperty("--wb-at", sliderShare(slider));
  };
  slider.addEventListener("input", () => {
    const value = valueAt(field, Number(slider.value));
    numberShown(box, field, value);
    show(value);
    changed(value);
  });
  box.addEventListener("input", () => {
    const value = typedNumber(field, box.value);
    show(value);
    changed(value);
  });
  box.setAttribute("aria-label", word(language, "recipe-number", { name }));
  const set = (value) => {
    numberShown(box, field, value);
    show(value);
  };
  return { parts: [h("div", { class: "wb-field-line" }, h("label", { for: id }, name), boxed), slider, bracketOf(field)], controls: [slider, box], set };
}

/** What is typed is left alone while it says the same. */
function numberShown(box, field, value) {
  if (typedNumber(field, box.value) !== value || box.value === "") box.value = shownNumber(field, value);
}

function numberUnit(field) {
  return ["", "numbers"].includes(field.unit) ? "" : field.unit;
}

function sliderShare(slider) {
  return `${(100 * (slider.value - slider.min)) / (slider.max - slider.min)}%`;
}

/** The range worth searching, as a bracket under the slider. */
function bracketOf(field) {
  if (!field.search) return null;
  const { min, max } = sliderPlaces(field);
  const [from, to] = field.search.map((value) => (100 * (placeOf(field, value) - min)) / (max - min));
  return h("div", { class: "wb-bracket", aria: { hidden: "true" } }, h("i", { style: { left: `${from}%`, width: `${to - from}%` } }));
}

function choiceField(field, { language, id, key, changed }) {
  const options = field.choices.map((choice, k) => h("option", { value: String(k) }, choiceName(language, choice)));
  const select = h("select", { id, data: { key }, onchange: () => changed(field.choices[Number(select.value)]) }, options);
  const set = (value) => {
    select.value = String(field.choices.indexOf(value));
  };
  return { parts: h("div", { class: "wb-field-line" }, h("label", { for: id }, fieldName(language, field.name)), select), controls: [select], set };
}

function choiceName(language, choice) {
  const key = `recipe-choice-${choice}`;
  return key in WORDS ? word(language, key) : String(choice).replaceAll("_", " ");
}

function switchField(field, { language, id, key, changed }) {
  const box = h("input", { type: "checkbox", id, data: { key }, onchange: () => changed(box.checked) });
  const set = (value) => {
    box.checked = value === true;
  };
  return { parts: h("div", { class: "wb-field-line" }, h("label", { for: id }, fieldName(language, field.name)), box), controls: [box], set };
}

const TEXT_FORMS = {
  names: [namesText, namesOf],
  shares: [sharesText, (text) => sharesOf(text) ?? text],
};

function textField(field, { language, id, key, changed }) {
  const [textOf, read] = TEXT_FORMS[field.kind] || [(value) => String(value ?? ""), (text) => text];
  const hint = field.kind === "shares" ? "layers.0: 30 %" : field.kind === "names" ? "layers.0, fc" : null;
  const box = h("input", { type: "text", id, placeholder: hint, spellcheck: "false", autocomplete: "off", data: { key }, oninput: () => changed(read(box.value)) });
  const set = (value) => {
    if (document.activeElement === box || typeof value === "string") return;
    box.value = textOf(value);
  };
  return { parts: [h("label", { for: id, class: "wb-field-over" }, fieldName(language, field.name)), box], controls: [box], set };
}
