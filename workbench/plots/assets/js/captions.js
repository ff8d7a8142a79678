// A recipe in half a line, in the page's language: "prune 50 % · distil 3 ep. · int8". No DOM here.

import { WORDS, addWords, word } from "./words.js";

addWords({
  "short-StructuredPruning": ["prune {n}", "剪枝 {n}"],
  "short-WeightPruning": ["zero {n}", "置零 {n}"],
  "short-WeightClipping": ["clip", "裁剪"],
  "short-Distillation": ["distil {n} ep.", "蒸馏 {n} 轮"],
  "short-FineTuning": ["tune {n} ep.", "微调 {n} 轮"],
  "short-StaticQuantization": ["int8", "int8"],
  "short-DynamicQuantization": ["int8 dynamic", "int8 动态"],
  "short-HalfPrecision": ["float16", "float16"],
});

const CAPTION_SHARES = ["StructuredPruning", "WeightPruning"];

/**
 * `steps` are [technique, number]: the ratio or the epochs, or null. `otherwise` is what the library says of the recipe, for
 * where a technique has no word here.
 */
export function captionOf(language, steps, otherwise = "") {
  if (!steps || !steps.length || steps.some(([technique]) => !(`short-${technique}` in WORDS))) return otherwise;
  return steps.map(([technique, number]) => word(language, `short-${technique}`, { n: captionNumber(technique, number) })).join(" · ");
}

function captionNumber(technique, number) {
  if (number === null || number === undefined) return "";
  return CAPTION_SHARES.includes(technique) ? `${Number((100 * number).toPrecision(4))}\u00a0%` : String(number);
}

/** What a recipe sets, for an axis of its own: { prune: share, epochs: sum, bits }. */
export function settingsOf(steps) {
  const found = { prune: 0, epochs: 0, bits: 32 };
  for (const [technique, number] of steps || []) {
    if (technique === "StructuredPruning") found.prune = 1 - (1 - found.prune) * (1 - number);
    if (technique === "Distillation" || technique === "FineTuning") found.epochs += number;
    if (technique === "StaticQuantization" || technique === "DynamicQuantization") found.bits = 8;
    if (technique === "HalfPrecision") found.bits = 16;
  }
  return found;
}
