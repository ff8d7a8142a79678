// One row of the layer table: its figures, its bars with the ghost of what would go, and what is asked of the layer.

import { h, invalid } from "./dom.js";
import { digits, said } from "./format.js";
import { bitsOf, layerKind, pruneOf } from "./model-layers.js";
import { shownNumber, typedNumber } from "./recipe-scale.js";
import { WORDS, word } from "./words.js";

const ROW_SHARE = { unit: "share", kind: "number" };

/**
 * `most` has the largest `bytes` and `time_share` of all rows, `whole` the file's bytes. `ask.prune(layer, { ask, ratio })` and
 * `ask.bits(layer, ask)` are called by the controls. Returns { root, left(bytes), show(steps) }.
 */
export function layerRow(row, place, { language, most, whole, ask }) {
  const stays = h("i", { class: "wb-stays" });
  const ghost = h("i", { class: "wb-goes", style: { width: share(row.bytes, most.bytes) } });
  const prune = pruneCell(row, language, ask);
  const bits = bitsCell(row, language, ask);
  const [input, output] = row.shape;
  const cells = [
    h("div", { role: "rowheader", class: "wb-lc-layer", title: row.layer }, h("bdi", { dir: "ltr" }, row.layer)),
    cell("kind", kindText(language, row)),
    cell("shape", input ? `${input} → ${output}` : String(output)),
    cell("parameters", said(row.parameters, "parameters")),
    cell("macs", row.macs ? said(row.macs, "MACs") : "–"),
    cell("bytes", h("span", { class: "wb-n" }, percent(row.bytes / whole)), h("span", { class: "wb-lbar", aria: { hidden: "true" } }, ghost, stays)),
    cell("time", timeParts(row, most)),
    cell("prune", prune.root),
    cell("bits", bits.root),
  ];
  for (const one of cells) one.tabIndex = -1;
  cells[8].dataset.called = word(language, "model-bits"); // on a phone it has no head
  const root = h("div", { role: "row", class: "wb-lrow", data: { row: place, layer: row.layer } }, cells);
  let before = null;
  cells[5].addEventListener("pointerenter", () => {
    cells[5].title = word(language, "model-left", { from: said(row.bytes, "bytes"), to: said(before, "bytes") });
  });
  return {
    root,
    left(bytes) {
      if (bytes === before) return;
      before = bytes;
      stays.style.width = share(Math.min(bytes, row.bytes), most.bytes);
    },
    show(steps) {
      prune.show(pruneOf(steps, row.layer));
      bits.show(bitsOf(steps, row.layer));
    },
  };
}

function cell(name, ...children) {
  return h("div", { role: "gridcell", class: `wb-lc-${name}` }, children);
}

function share(value, most) {
  return most ? `${(100 * value) / most}%` : "0";
}

/** "21.2 %", "< 0.1 %". */
export function percent(value) {
  if (value > 0 && value < 0.001) return "< 0.1\u00a0%";
  return `${value >= 0.0995 ? digits(100 * value) : (100 * value).toFixed(1)}\u00a0%`;
}

export function kindText(language, row) {
  const { kind, kernel } = layerKind(row);
  const key = `model-kind-${kind}`;
  const named = key in WORDS ? word(language, key) : kind;
  return kernel ? `${named} ${kernel}` : named;
}

function timeParts(row, most) {
  if (row.time_share === null) return h("span", { class: "wb-n" }, "–");
  return [h("span", { class: "wb-n" }, percent(row.time_share)), h("span", { class: "wb-lbar", aria: { hidden: "true" } }, h("i", { class: "wb-took", style: { width: share(row.time_share, most.time_share) } }))];
}

/** "recipe", "leave alone" or a ratio of its own. A layer whose width is fixed says why it has no choice. */
function pruneCell(row, language, ask) {
  const options = ["recipe", "alone", "own"].map((name) => h("option", { value: name }, word(language, `model-prune-${name}`)));
  const select = h("select", { tabindex: "-1", aria: { label: word(language, "model-prune-of", { layer: row.layer }) }, onchange: () => chosen() }, options);
  const box = h("input", { type: "text", inputmode: "decimal", class: "wb-number", tabindex: "-1", hidden: true, autocomplete: "off", aria: { label: word(language, "model-ratio-of", { layer: row.layer }) }, oninput: () => typed() });
  const unit = h("span", { class: "wb-unit", hidden: true, aria: { hidden: "true" } }, "%");
  const chosen = () => ask.prune(row.layer, { ask: select.value });
  const typed = () => {
    const value = typedNumber(ROW_SHARE, box.value);
    invalid(box, typeof value !== "number" || value < 0 || value > 0.95);
    if (typeof value === "number") ask.prune(row.layer, { ask: "own", ratio: value });
  };
  const show = (asked) => {
    const free = asked !== null && !row.fixed;
    select.disabled = !free;
    select.value = asked ? asked.ask : "recipe";
    const own = free && asked.ask === "own";
    box.hidden = !own;
    unit.hidden = !own;
    if (own && document.activeElement !== box) box.value = shownNumber(ROW_SHARE, asked.ratio);
    select.title = row.fixed ? word(language, "model-fixed") : asked === null ? word(language, "model-no-pruning") : "";
  };
  return { root: h("span", { class: "wb-lask" }, select, box, unit), show };
}

function bitsCell(row, language, ask) {
  const options = ["recipe", "float"].map((name) => h("option", { value: name }, word(language, `model-bits-${name}`)));
  const select = h("select", { tabindex: "-1", aria: { label: word(language, "model-bits-of", { layer: row.layer }) }, onchange: () => ask.bits(row.layer, select.value) }, options);
  const show = (asked) => {
    select.disabled = asked === null;
    select.value = asked || "recipe";
    select.title = asked === null ? word(language, "model-no-bits") : "";
  };
  return { root: select, show };
}
