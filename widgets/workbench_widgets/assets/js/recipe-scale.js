// A number's slider: how far it reaches, which place is which value, and how a value is written beside it.

const SCALE_PLACES = 1000;

/**
 * What a slider reaches: the range worth searching and half as much again on both sides, within the bounds; the bounds
 * themselves where they are not much wider. Null where nothing bounds it.
 */
export function sliderRange(field) {
  const { low, high, search, scale } = field;
  if (!search) return low !== null && high !== null && high - low <= 1000 ? [low, high] : null;
  const [a, b] = search;
  const bottom = low ?? -Infinity;
  const top = high ?? Infinity;
  if (scale === "log") {
    const more = Math.sqrt(b / a);
    return [Math.max(scaleRounded(a / more), bottom), Math.min(scaleRounded(b * more), top)];
  }
  if (top - bottom <= 2 * (b - a)) return [bottom, top];
  const whole = (value) => (field.kind === "integer" ? Math.round(value) : value);
  return [Math.max(whole(a - (b - a) / 2), bottom), Math.min(whole(b + (b - a) / 2), top)];
}

/** The slider's own attributes: { min, max, step } in its places. */
export function sliderPlaces(field) {
  const [low, high] = sliderRange(field);
  if (field.scale === "log") return { min: 0, max: SCALE_PLACES, step: field.kind === "integer" ? 5 : 10 };
  if (field.kind === "integer") return { min: low, max: high, step: 1 };
  return { min: low, max: high, step: scaleStep(high - low) };
}

/** The place of a value on the slider. */
export function placeOf(field, value) {
  const [low, high] = sliderRange(field);
  const held = Math.min(Math.max(value, low), high);
  if (field.scale !== "log") return held;
  return Math.round((SCALE_PLACES * Math.log(held / low)) / Math.log(high / low));
}

/** The value at a place: whole where the field is, of two significant digits on a logarithmic slider. */
export function valueAt(field, place) {
  const [low, high] = sliderRange(field);
  if (field.scale !== "log") return field.kind === "integer" ? Math.round(place) : Number(Number(place).toPrecision(6));
  const value = scaleRounded(low * (high / low) ** (place / SCALE_PLACES));
  return field.kind === "integer" ? Math.max(Math.round(value), Math.ceil(low)) : value;
}

/** What the number beside a slider shows: shares are shown in per cent. */
export function shownNumber(field, value) {
  if (typeof value !== "number") return value === null || value === undefined ? "" : String(value);
  return String(field.unit === "share" ? Number((100 * value).toPrecision(6)) : value);
}

/** The value of what was typed: a number; null where nothing was; the text itself where it is none. */
export function typedNumber(field, text) {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return trimmed;
  return field.unit === "share" ? Number((value / 100).toPrecision(8)) : value;
}

/** Whether the library would take the number; what it would not has no estimate. */
export function withinBounds(field, value) {
  if (field.kind !== "number" && field.kind !== "integer") return true;
  if (value === null) return field.optional;
  if (typeof value !== "number" || (field.kind === "integer" && !Number.isInteger(value))) return false;
  return (field.low === null || value >= field.low) && (field.high === null || value <= field.high);
}

/** The texts of a list of names, and of a table of names and shares ("layers.0.conv1: 30 %"). */
export function namesText(names) {
  return (names || []).join(", ");
}

export function namesOf(text) {
  return text.split(/[,\n]/).map((name) => name.trim()).filter(Boolean);
}

export function sharesText(shares) {
  return Object.entries(shares || {}).map(([name, share]) => `${name}: ${Number((100 * share).toPrecision(6))} %`).join(", ");
}

/** The table that a text says; null where an entry is no name and share. */
export function sharesOf(text) {
  const found = {};
  for (const entry of namesOf(text)) {
    const parts = /^(\S+)\s*:\s*([\d.]+)\s*(%?)$/.exec(entry);
    if (!parts) return null;
    found[parts[1]] = parts[3] ? Number((Number(parts[2]) / 100).toPrecision(8)) : Number(parts[2]);
  }
  return found;
}

function scaleRounded(value) {
  return Number(value.toPrecision(2));
}

/** A step of 1, 2 or 5 times a power of ten, about a hundredth of the range. */
function scaleStep(range) {
  const power = 10 ** Math.floor(Math.log10(range / 60));
  return Number(([1, 2, 5].map((k) => k * power).find((step) => range / step <= 120) || 10 * power).toPrecision(2));
}
