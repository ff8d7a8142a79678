// The answers that changed: how many of each kind, and the very samples.

import { compareHeld } from "./compare-table.js";
import { h } from "./dom.js";
import { grouped } from "./format.js";
import { sampleBody } from "./samples.js";
import "./words-compare.js";
import { word } from "./words.js";

/** The word of a kind of change. */
export function changedKind(kind) {
  return kind === "changed" ? "compare-changed-answers" : `compare-${kind}`;
}

/** What stands after the new answer: "right", "wrong", or nothing where samples have no labels. */
export function changedSaid(kind) {
  return { right_to_wrong: "compare-wrong", wrong_to_right: "compare-right", both_wrong: "compare-wrong" }[kind] || "";
}

const FEW = 8;

/** The part with its heading; null while it is not known. */
export function compareChanged(host, view, { held, samples, choose }) {
  const language = host.language;
  const found = view.changed[held];
  if (!found) return null;
  const total = Object.values(found.counts).reduce((sum, count) => sum + count, 0);
  const title = total ? word(language, "compare-changed", { n: grouped(String(total)), all: grouped(String(found.n)) }) : word(language, "compare-unchanged");
  const counts = Object.entries(found.counts).map(([kind, count]) => h("div", {}, h("b", {}, grouped(String(count))), h("span", { class: "wb-cmp-note" }, word(language, changedKind(kind)))));
  const seg = compareHeld(language, view.columns, held, (id) => choose({ held: id }), "changed");
  const shown = samples ? found.samples : found.samples.slice(0, FEW);
  const some = shown.length < total ? h("p", { class: "wb-cmp-note" }, word(language, "compare-some", { n: shown.length })) : null;
  const more = () => choose({ samples: !samples });
  const button = found.samples.length > FEW ? h("button", { type: "button", class: "wb-b", data: { key: "more-samples" }, onclick: more }, word(language, samples ? "compare-fewer-samples" : "compare-more-samples", { n: found.samples.length })) : null;
  return h(
    "div",
    { class: "wb-cmp-part" },
    h("div", { class: "wb-cmp-top" }, h("h3", {}, title), seg),
    total ? h("div", { class: "wb-cmp-counts" }, counts) : null,
    some,
    total ? h("div", { class: `wb-samples wb-cmp-samples wb-samples-${found.samples[0].kind}` }, shown.map((sample, k) => changedSample(language, sample, k + 1))) : null,
    button ? h("div", { class: "wb-cmp-foot" }, button) : null,
  );
}

function changedSample(language, sample, number) {
  const said = changedSaid(sample.change);
  const told = said ? h("span", { class: said === "compare-wrong" ? "wb-cmp-wrong" : "wb-cmp-right" }, ` ${word(language, said)}`) : null;
  const classes = sample.change === "both_wrong" || !said;
  const truth = classes && sample.truth !== null ? h("div", { class: "wb-quiet" }, word(language, "compare-truth", { truth: sample.truth })) : null;
  const drawn = sampleBody(language, { ...sample, answer: sample.after }, number);
  return h("figure", { class: `wb-sample wb-sample-${sample.kind}` }, drawn, h("figcaption", {}, h("span", { class: "wb-quiet" }, `${sample.before} →`), " ", h("b", {}, sample.after), told, truth));
}
