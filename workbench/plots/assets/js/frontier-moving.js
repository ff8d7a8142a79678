// The estimate of the recipe that is being made: where its hollow mark stands. No DOM here.

import { estimate } from "./estimate.js";

const MOVING_MEASURES = ["size_bytes", "parameters", "macs"];
const MOVING_LETTERS = { architecture: "p", weights: "p", recovery: "d", numerics: "q" };

/**
 * { x, y, low, high, family } of the present steps, or null where nothing can be said: x is no measure of layers, or this very
 * recipe was measured. y is the preview's where it is of these steps, else the baseline's.
 */
export function movingOf(state, recipe, steps) {
  const { base } = state.scene;
  if (!base || !recipe || !recipe.structure || !steps || !MOVING_MEASURES.includes(state.x)) return null;
  const on = steps.filter((step) => step.on !== false);
  const same = movingText(steps) === movingText(recipe.steps || []);
  if (!on.length || (same && recipe.measured)) return null;
  const found = estimate(recipe.structure, steps)[state.x];
  if (!Number.isFinite(found)) return null;
  const preview = same && state.y === state.data.metric && recipe.preview ? recipe.preview.accuracy : null;
  const [y, low, high] = preview || [base.y, base.low, base.high];
  return { x: found, y, low, high, previewed: Boolean(preview), family: movingFamily(on, recipe.catalog || []) };
}

function movingText(steps) {
  return JSON.stringify(steps.map(({ technique, on, fields }) => [technique, on !== false, fields]));
}

function movingFamily(steps, catalog) {
  const orders = Object.fromEntries(catalog.map((technique) => [technique.technique, technique.order]));
  const letters = new Set(steps.map((step) => MOVING_LETTERS[orders[step.technique]]));
  return ["p", "d", "q"].filter((letter) => letters.has(letter)).join("") || "other";
}
