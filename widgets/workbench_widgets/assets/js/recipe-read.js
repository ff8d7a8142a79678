// What the recipe would give: hollow and grey while it is estimated, solid where it was measured, and the button that runs it.

import { captionOf } from "./captions.js";
import { h } from "./dom.js";
import { digits, figure, said, seconds } from "./format.js";
import { WORDS, word } from "./words.js";

const READ_THIN = "\u00a0";

/** Returns { root, show(reading) }; `run()` is called by the button. */
export function readOf(host, run) {
  const language = host.language;
  const caption = h("div", { class: "wb-read-caption" });
  const figures = ["size", "quality", "latency"].map((name) => readFigure(word(language, `recipe-${name}`)));
  const more = h("div", { class: "wb-read-more" });
  const named = h("div", { class: "wb-read-more" });
  const button = h("button", { type: "button", class: "wb-b wb-go wb-read-run", data: { key: "recipe-run" }, onclick: run });
  const root = h("div", { class: "wb-read" }, caption, h("dl", {}, figures.map((figure) => figure.root)), more, named, button);
  const show = (reading) => {
    root.classList.toggle("wb-measured", reading.measured !== null);
    const why = readWhy(language, reading);
    root.classList.toggle("wb-read-failed", why !== "");
    readText(caption, why || readCaption(language, reading));
    const parts = readParts(language, reading);
    figures.forEach((figure, k) => figure.show(parts[k]));
    readText(figures[1].title, metricName(language, reading.metric));
    readText(more, readMore(language, reading));
    readText(named, shortName(language, reading.steps, reading.catalog));
    const [label, off] = runLabel(language, reading);
    readText(button, label);
    button.disabled = off;
  };
  return { root, show };
}

function metricName(language, metric) {
  if (!metric) return word(language, "recipe-quality");
  const key = `recipe-metric-${metric.name}`;
  return key in WORDS ? word(language, key) : metric.title;
}

/** A figure with what stands under it; `solid` says that it was measured. */
function readFigure(name) {
  const title = h("dt", {}, name);
  const value = h("dd", { class: "wb-read-value" });
  const under = h("dd", { class: "wb-read-under" });
  const found = h("dd", { class: "wb-read-found" });
  const root = h("div", {}, title, value, under, found);
  const show = (part) => {
    readText(value, part.value);
    value.classList.toggle("wb-solid", part.solid === true);
    value.classList.toggle("wb-old", part.old === true);
    readText(under, part.under || "");
    readText(found, part.found || "");
  };
  return { root, title, show };
}

function readText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Why a recipe was run in vain, or its file could not be made for a look ahead; else "". */
export function readWhy(language, { measured, refused, busy, failed, fresh, preview }) {
  if (refused || measured !== null || busy) return "";
  if (failed) return word(language, "recipe-failed", { id: failed.id, why: failed.sentence });
  return fresh && preview.state === "failed" && preview.sentence ? word(language, "recipe-fails", { why: preview.sentence }) : "";
}

function readCaption(language, { measured, refused, estimate }) {
  if (refused) return word(language, "recipe-none");
  if (measured !== null) return word(language, "recipe-measured", { id: measured });
  return word(language, estimate ? "recipe-follows" : "recipe-later");
}

/** Size, quality and latency: { value, under, found, solid, old } each. */
export function readParts(language, reading) {
  if (reading.refused) return [{ value: "–" }, { value: "–" }, { value: "–" }];
  return [readSize(language, reading), readQuality(language, reading), readLatency(language, reading)];
}

function readSize(language, { measured, figures, baseline, estimate, preview, fresh }) {
  const base = baseline ? baseline.size_bytes[0] : null;
  if (measured !== null) return { value: said(figures.size_bytes[0], "bytes"), solid: true, under: change(figures.size_bytes[0], base), found: estimate ? word(language, "recipe-was", { size: said(estimate.size_bytes, "bytes") }) : "" };
  if (!estimate) return { value: "–" };
  const real = fresh ? preview.size_bytes : null;
  const found = real !== null ? word(language, "recipe-file", { size: said(real, "bytes"), off: signedShare(estimate.size_bytes / real - 1) }) : fresh && preview.state === "working" ? word(language, "recipe-working") : "";
  return { value: `≈ ${said(estimate.size_bytes, "bytes")}`, under: change(estimate.size_bytes, base), found };
}

function readQuality(language, { measured, figures, baseline, metric, preview, fresh, trains }) {
  const unit = metric ? metric.unit : "";
  const base = baseline && baseline.quality ? baseline.quality[0] : null;
  const known = measured !== null ? figures.quality : fresh ? preview.accuracy : null;
  const ends = known && known[2] > known[1] ? word(language, "recipe-range", { low: figure(known[1], unit)[0], high: said(known[2], unit) }) : "";
  if (known) return { value: said(known[0], unit), solid: true, under: difference(language, known, base, unit), found: measured === null ? word(language, "recipe-answers") : ends };
  if (fresh && ["working", "file"].includes(preview.state)) return { value: "…", under: word(language, "recipe-working") };
  return { value: "–", under: trains && baseline ? word(language, "recipe-after") : "" };
}

function readLatency(language, { measured, figures, baseline, latency, fresh }) {
  const base = baseline && baseline.latency ? baseline.latency[0] : null;
  const range = ([low, high]) => word(language, "recipe-range", { low: digits(low), high: said(high, "ms") });
  if (measured !== null && figures.latency) return { value: said(figures.latency[0], "ms"), solid: true, under: figures.speedup ? speedMeasured(language, figures.speedup) : "", found: range(figures.latency.slice(1)) };
  if (!latency) return { value: "–" };
  return { value: `≈ ${said(latency.value, "ms")}`, old: !fresh, under: speed(language, latency.value, base), found: range([latency.low, latency.high]) };
}

function readMore(language, { estimate, refused, baseline, measured, figures }) {
  if (refused || !estimate) return "";
  const macs = measured !== null && figures.macs ? figures.macs[0] : estimate.macs;
  const parameters = measured !== null && figures.parameters ? figures.parameters[0] : estimate.parameters;
  const about = measured !== null ? "" : "≈ ";
  const less = (value, name) => (baseline && baseline[name] ? ` (${change(value, baseline[name][0])})` : "");
  return `${about}${said(macs, "MACs")} ${word(language, "recipe-macs")}${less(macs, "macs")}, ${said(parameters, "parameters")} ${word(language, "recipe-parameters")}`;
}

/** "−87 %": how much less than before. */
export function change(value, base) {
  return base ? signedShare(value / base - 1) : "";
}

function signedShare(share) {
  const percent = Math.abs(share) < 0.1 ? Number((100 * share).toFixed(1)) : Math.round(100 * share);
  const sign = percent < 0 ? "−" : percent > 0 ? "+" : "";
  return `${sign}${Math.abs(percent)}${READ_THIN}%`;
}

/** A difference of quality with half its interval: of shares in points. */
/** The gap to the baseline, without an interval: that of two files on the same samples is Compare's, and narrower than each's own. */
function difference(language, [value], base, unit) {
  if (base === null) return "";
  const factor = unit === "share" ? 100 : 1;
  const gap = factor * (value - base);
  const sign = gap < 0 ? "−" : gap > 0 ? "+" : "";
  const text = `${sign}${digits(Math.abs(gap), 2)}`;
  return unit === "share" ? word(language, "recipe-points", { n: text }) : text;
}

/** As fast as the baseline only where the interval of the ratio, which was measured side by side, holds 1. */
function speedMeasured(language, [ratio, low, high]) {
  if (low <= 1 && high >= 1) return word(language, "recipe-as-fast");
  return ratio > 1 ? word(language, "recipe-faster", { n: digits(ratio) }) : word(language, "recipe-slower", { n: digits(1 / ratio) });
}

function speed(language, value, base) {
  if (!base) return "";
  const ratio = base / value;
  if (ratio > 0.95 && ratio < 1.05) return word(language, "recipe-as-fast");
  return ratio >= 1 ? word(language, "recipe-faster", { n: digits(ratio, 2) }) : word(language, "recipe-slower", { n: digits(1 / ratio, 2) });
}

/** The button's words, which begin with "Run" whatever it does, and whether it cannot be pressed. */
export function runLabel(language, { refused, measured, busy, ready, cost, fresh }) {
  if (!ready) return [word(language, "recipe-run-nothing"), true];
  if (refused) return [word(language, "recipe-run-refused"), true];
  if (measured !== null) return [word(language, "recipe-run-measured", { id: measured }), false];
  if (busy) return [word(language, "recipe-run-busy", { id: busy }), true];
  if (fresh && cost !== null && cost !== undefined) return [word(language, "recipe-run-about", { time: seconds(cost) }), false];
  return [word(language, "recipe-run"), false];
}

/** A recipe in one line: "prune 50 % · distil 3 ep. · int8". */
export function shortName(language, steps, catalog) {
  const said = steps.filter((step) => step.on !== false).map((step) => {
    const entry = catalog.find((one) => one.technique === step.technique);
    const { ratio, epochs } = step.fields;
    return captionOf(language, [[step.technique, ratio ?? epochs]], (entry && entry.title) || step.technique);
  });
  return said.join(" · ") || word(language, "recipe-short-nothing");
}
