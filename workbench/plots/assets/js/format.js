// Figures as people read them: three significant digits at most, thousands by thin space, a true minus.

const THIN = "\u00a0";
const BYTES = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

/** At most three significant digits; no exponent. */
export function digits(value, most = 3) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(most));
  const places = Math.max(0, most - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return grouped(rounded.toFixed(Math.min(places, 6)));
}

/** Thousands by thin space, a true minus. */
export function grouped(text) {
  const [whole, rest] = text.replace("-", "").split(".");
  const sign = text.startsWith("-") && Number(text) !== 0 ? "−" : "";
  const spaced = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN) : whole;
  return sign + spaced + (rest ? `.${rest}` : "");
}

/** [figure, unit] of bytes: [ "127", "kB" ]. */
export function bytes(value) {
  for (const [size, unit] of BYTES) if (Math.abs(value) >= size * 0.9995) return [digits(value / size), unit];
  return [digits(value), "B"];
}

/** [figure, unit] of a count, exact up to seven digits: [ "8 969", "" ], [ "20.2", "M" ]. */
export function count(value) {
  if (Math.abs(value) >= 1e7) return [digits(value / 1e6), "M"];
  return [grouped(String(Math.round(value))), ""];
}

/** [figure, unit] of a measure, by the unit that it carries. */
export function figure(value, unit) {
  if (value === null || value === undefined) return ["–", ""];
  if (unit === "share") return [(100 * value).toFixed(1), "%"];
  if (unit === "bytes") return bytes(value);
  if (unit === "x") return [digits(value), "×"];
  if (unit === "ms") return [digits(value), "ms"];
  if (unit === "parameters" || unit === "MACs" || unit === "numbers") return count(value);
  return [digits(value), unit || ""];
}

/** A figure and its unit in one text. */
export function said(value, unit) {
  const [number, word] = figure(value, unit);
  return word ? `${number}${THIN}${word}` : number;
}

/** Seconds as a person says them: "1 min 39 s". */
export function seconds(value) {
  if (!Number.isFinite(value)) return "–";
  if (value < 9.95) return `${digits(value, 2)} s`;
  if (value < 60) return `${Math.round(value)} s`;
  const minutes = Math.floor(Math.round(value) / 60);
  return `${minutes} min ${Math.round(value) % 60} s`;
}

/** Positions of an axis's figures: 1, 2 or 5 times a power of ten; on a logarithmic axis those within. */
export function ticks(low, high, most, log) {
  if (log) return logTicks(low, high, most);
  const span = high - low || Math.abs(high) || 1;
  const raw = span / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function logTicks(low, high, most) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const k of [1, 2, 5]) {
      const value = k * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push(Number(value.toPrecision(12)));
    }
  }
  const tens = found.filter((v) => Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6));
  if (found.length > most && tens.length > 1) return tens;
  return found.length > 1 ? found : ticks(low, high, most, false);
}
