// The layer table's rows without their drawing: which are shown, in which order, and what is asked for each layer.

import { isPart } from "./estimate.js";

const LAYER_KINDS = { Conv: "conv", ConvTranspose: "transposed", Gemm: "linear", MatMul: "linear", Gather: "embedding", LSTM: "lstm", GRU: "gru", RNN: "rnn" };

/** What a layer is: { kind, kernel }, such as { kind: "conv", kernel: "3×3" }. */
export function layerKind(layer) {
  const kind = layer.depthwise ? "depthwise" : LAYER_KINDS[layer.operator] || layer.operator;
  return { kind, kernel: (layer.kernel || []).join("×") };
}

/** One text for each kind and kernel that there is, in the order in which they are met. */
export function layerKinds(rows) {
  return [...new Set(rows.map(layerKey))];
}

export function layerKey(layer) {
  const { kind, kernel } = layerKind(layer);
  return kernel ? `${kind} ${kernel}` : kind;
}

/**
 * The rows whose name or kind holds the text, of one kind where it is not "", sorted: `by` is a column's name, or "" for the
 * graph's own order. Equal rows, and those that nothing is known of, keep that order; unknown ones are last.
 */
export function layersShown(rows, { text = "", kind = "", by = "", down = false } = {}) {
  const wanted = text.trim().toLowerCase();
  const found = rows.filter((row) => (!kind || layerKey(row) === kind) && (!wanted || `${row.layer} ${layerKey(row)}`.toLowerCase().includes(wanted)));
  if (!by) return down ? found.reverse() : found;
  const value = (row) => (by === "kind" ? layerKey(row) : by === "shape" ? row.shape[0] * row.shape[1] : row[by]);
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
  return found.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return down ? compare(b, a) : compare(a, b);
  });
}

/** The card that a technique's layers are asked at: the first one that is switched on, else the first. */
function layerCard(list, technique) {
  const cards = list.filter((step) => step.technique === technique);
  return cards.find((step) => step.on !== false) || cards[0] || null;
}

/** What is asked of a layer's channels: null without a pruning card, else { ask: "recipe" | "alone" | "own", ratio }, the ratio its own or the card's. */
export function pruneOf(list, layer) {
  const card = layerCard(list, "StructuredPruning");
  if (!card) return null;
  const own = (card.fields.layers || {})[layer];
  if ((card.fields.leave_alone || []).some((part) => isPart(layer, part))) return { ask: "alone", ratio: card.fields.ratio };
  return own === undefined ? { ask: "recipe", ratio: card.fields.ratio } : { ask: "own", ratio: own };
}

/** What is asked of a layer's numbers: null without a card that leaves layers in float, else "recipe" or "float". */
export function bitsOf(list, layer) {
  const card = layerCard(list, "StaticQuantization");
  if (!card) return null;
  return (card.fields.leave_alone || []).some((part) => isPart(layer, part)) ? "float" : "recipe";
}

/** All that is asked of layers, as a text: while it is the same, no row has another choice to show. */
export function askedOf(list) {
  const [prune, bits] = ["StructuredPruning", "StaticQuantization"].map((technique) => layerCard(list, technique));
  return JSON.stringify([prune && [prune.fields.leave_alone, prune.fields.layers], bits && [bits.fields.leave_alone]]);
}

/** The steps with something else asked of a layer's channels; its own ratio begins as the card's. `names` are all layers: a part that is left alone is taken apart. */
export function withPrune(list, layer, { ask, ratio }, names) {
  const card = layerCard(list, "StructuredPruning");
  const { [layer]: _, ...layers } = card.fields.layers || {};
  const alone = spared(card.fields.leave_alone || [], layer, names);
  const fields = { ...card.fields, leave_alone: ask === "alone" ? [...alone, layer] : alone, layers: ask === "own" ? { ...layers, [layer]: ratio ?? card.fields.ratio } : layers };
  return list.map((step) => (step === card ? { ...step, fields } : step));
}

/** The steps with a layer left in float, or not. */
export function withBits(list, layer, ask, names) {
  const card = layerCard(list, "StaticQuantization");
  const alone = spared(card.fields.leave_alone || [], layer, names);
  const fields = { ...card.fields, leave_alone: ask === "float" ? [...alone, layer] : alone };
  return list.map((step) => (step === card ? { ...step, fields } : step));
}

/** The parts that are left alone, without this layer: of a part that holds it, the other layers stay. */
function spared(parts, layer, names) {
  return parts.flatMap((part) => (isPart(layer, part) ? names.filter((name) => name !== layer && isPart(name, part)) : [part]));
}
