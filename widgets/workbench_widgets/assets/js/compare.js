// The panel Compare: the baseline and the candidates in hand side by side, the classes that paid, the answers that changed.

import { compareChanged } from "./compare-changed.js";
import { compareClasses } from "./compare-classes.js";
import { compareHeld, compareTable } from "./compare-table.js";
import { captionOf } from "./captions.js";
import { fill, framed, fresh, h } from "./dom.js";
import { grouped } from "./format.js";
import { frame } from "./frame.js";
import "./words-compare.js";
import { word } from "./words.js";

export function mountCompare(host) {
  const panel = frame(host, "compare", () => host.get("code").compare);
  const chosen = { only: false, all: false, every: false, samples: false, view_of: "recall", held: "" };
  const choose = (what) => {
    Object.assign(chosen, what);
    redraw();
  };
  const switched = h("input", { type: "checkbox", onchange: () => choose({ only: switched.checked }) });
  const only = h("label", { class: "wb-cmp-only" }, switched, word(host.language, "compare-differences"));
  const add = h("span");
  panel.actions.append(add, only);
  const redraw = () => {
    const view = host.get("compare");
    const columns = view.columns || [];
    const ids = columns.slice(1).map((column) => column.id);
    if (!ids.includes(chosen.held)) chosen.held = ids[0] || "";
    only.hidden = !ids.length;
    panel.state(compareState(host.language, view));
    panel.refuse(view.error);
    fill(add, compareOthers(host, view.others || []));
    fill(panel.body, ids.length ? compareBody(host, view, chosen, choose) : h("p", { class: "wb-quiet" }, word(host.language, "compare-empty")));
  };
  host.on("compare", framed(redraw));
  redraw();
  return { root: panel.root, close() {} };
}

/** The panel's line of state. */
export function compareState(language, view) {
  if (!(view.columns || []).slice(1).length) return "";
  if (view.busy) return word(language, "compare-busy");
  const first = Object.values(view.changed)[0];
  if (view.by_default) return word(language, "compare-newest");
  return first ? word(language, "compare-lead", { n: grouped(String(first.n)) }) : "";
}

function compareBody(host, view, chosen, choose) {
  const language = host.language;
  const table = compareTable(host, view, chosen);
  const all = view.rows.filter((row) => !row.always).length;
  const more = h("button", { type: "button", class: "wb-b", data: { key: "all-measures" }, onclick: () => choose({ all: !chosen.all }) }, word(language, chosen.all ? "compare-fewer" : "compare-all", { n: view.rows.length }));
  const left = view.left_out ? word(language, "compare-left-out", { n: view.left_out, most: view.columns.length - 1 }) : "";
  const held = (id) => choose({ held: id });
  const parts = [compareClasses(host, view, { ...chosen, choose }), compareChanged(host, view, { ...chosen, choose })];
  return [
    h("div", { class: "wb-cmp-narrow" }, compareHeld(language, view.columns, chosen.held, held, "held")),
    table,
    h("div", { class: "wb-cmp-foot" }, all ? more : null, left ? h("span", { class: "wb-quiet" }, left) : null),
    h("div", { class: parts.every(Boolean) ? "wb-cmp-parts" : "wb-cmp-parts wb-cmp-one" }, parts),
  ];
}

/** A menu of the other measured files; choosing one puts it beside these. */
function compareOthers(host, others) {
  if (!others.length) return null;
  const id = fresh("wb-add");
  const menu = h(
    "select",
    { id, class: "wb-cmp-add", data: { key: "compare-add" }, onchange: () => menu.value && host.ask("compare-with", { candidate: menu.value }) },
    h("option", { value: "" }, word(host.language, "compare-add-none")),
    others.map(([candidate, recipe, steps]) => h("option", { value: candidate }, `${candidate} ${captionOf(host.language, steps, recipe)}`)),
  );
  return [h("label", { for: id, class: "wb-sr" }, word(host.language, "compare-add")), menu];
}
