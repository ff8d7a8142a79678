// Figures of a comparison in words: differences, intervals, verdicts. No DOM here.

import { captionOf } from "./captions.js";
import { figure, said } from "./format.js";
import { word } from "./words.js";

const SIGNS = { none: "=", small: "↓", large: "⇊", unknown: "?" };

/** The sign of a verdict: "=" no loss, "↓" a small one, "⇊" a large one, "?" too few samples to tell. */
export function compareSign(loss) {
  return SIGNS[loss] || "";
}

/** A verdict's parts, size first: the library's sentence taken apart. */
export function compareVerdict(column) {
  return column.verdict ? column.verdict.split(" · ") : [];
}

/** A signed number with a true minus: "−0.4", "+1.2", "0". */
export function signed(value, places = 1) {
  const text = Math.abs(value).toFixed(places);
  if (Number(text) === 0) return (0).toFixed(places);
  return (value < 0 ? "−" : "+") + text;
}

/**
 * What a figure is against the baseline's: "−0.4 pp" of shares, "−36 %" of amounts, "same"; empty where it says nothing.
 * Two times were taken at two moments, between which a machine's pace changes: the speed-up, measured side by side, tells.
 */
export function compareDelta(language, value, base, unit) {
  if (base === null || base === undefined || value === null || unit === "x" || unit === "ms") return "";
  if (value === base) return word(language, "compare-same");
  if (unit === "share") return `${signed(100 * (value - base))} ${word(language, "compare-points")}`;
  if (!base) return "";
  const share = 100 * (value / base - 1);
  return Math.abs(share) < 0.05 ? "" : `${signed(share, Math.abs(share) < 10 ? 1 : 0)} %`;
}

/** An interval in words; empty where the figure is exact, and where an end is open (null): then none is known. */
export function compareInterval(language, [value, low, high, unit]) {
  if (low === high && low === value) return "";
  if (low === null || high === null) return "";
  return word(language, "compare-interval", { low: figure(low, unit)[0], high: said(high, unit) });
}

/** A difference to the baseline in words: "−0.4 pp (−0.9 to 0.1)"; without its interval where an end is open (null). */
export function pairedSaid(language, difference, unit) {
  const share = unit === "share";
  const [middle, low, high] = difference.map((end) => (end === null ? "–" : share ? signedPoints(end) : signedValue(end, unit)));
  const told = `${middle}${share ? ` ${word(language, "compare-points")}` : ""}`;
  return pairedEnds(difference) ? `${told} (${word(language, "compare-interval", { low, high })})` : told;
}

function signedPoints(value) {
  const text = Math.abs(100 * value).toFixed(1);
  return (value < 0 && Number(text) ? "−" : value > 0 && Number(text) ? "+" : "") + text;
}

function signedValue(value, unit) {
  const text = said(value, unit);
  return value > 0 ? `+${text}` : text;
}

/** The two ends of a difference's interval; null where one is open, for then there is no line to draw. */
export function pairedEnds([, low, high]) {
  return low === null || high === null ? null : [low, high];
}

/** The span of a paired plot that all candidates share: every difference, every interval and zero, and a little air. */
export function pairedSpan(differences) {
  const ends = differences.flat().filter((end) => end !== null);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const air = (high - low || 1) * 0.06;
  return [low - air, high + air];
}

/** A recipe's field as text: a share in per cent, yes or no, names in a row. */
export function compareField(language, value, unit) {
  if (value === null || value === undefined) return "–";
  if (value === true || value === false) return word(language, value ? "compare-yes" : "compare-no");
  if (typeof value === "number") return fieldNumber(language, value, unit);
  if (Array.isArray(value) && Array.isArray(value[0])) return captionOf(language, value, word(language, "compare-yes"));
  if (Array.isArray(value)) return value.length ? value.join(", ") : "–";
  if (typeof value === "object") return Object.entries(value).map(([name, own]) => `${name}: ${JSON.stringify(own)}`).join(", ") || "–";
  return String(value);
}

function fieldNumber(language, value, unit) {
  if (unit === "share") return `${written(100 * value)} %`;
  return unit === "epochs" ? word(language, value === 1 ? "compare-epoch" : "compare-epochs", { n: value }) : written(value);
}

/** A number as somebody wrote it: no more than five digits, none idle. */
function written(value) {
  return String(Number(value.toPrecision(5))).replace("-", "−");
}

/** Whether all texts of a row are the same. */
export function allSame(texts) {
  return texts.every((text) => text === texts[0]);
}

/** Classes with what each candidate lost of them, those that paid most first: { place, before, found: [[value, low, high] or null] }. */
export function paidMost(recalls) {
  const rows = recalls[0].map((_, place) => {
    const found = recalls.map((recall) => recall[place]);
    const known = found.filter(Boolean);
    return { place, found, before: known.length ? known[0][3] : null, worst: Math.min(...known.map(([value]) => value)) };
  });
  return rows.sort((a, b) => a.worst - b.worst || a.place - b.place);
}

/** Whether an interval holds no difference. */
export function holdsZero([, low, high]) {
  return low <= 0 && high >= 0;
}

/** The letter-bearing name of a column: "A c2". */
export function compareName(column) {
  return `${column.letter} ${column.id}`;
}
