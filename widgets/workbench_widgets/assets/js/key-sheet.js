// All keys on one sheet: `?` opens it from anywhere outside a field, and so does a button at the rail's foot.

import { fresh, h } from "./dom.js";
import { addWords, word } from "./words.js";

addWords({
  keys: ["All keys", "所有按键"],
  "keys-close": ["Close", "关闭"],
  "keys-page": ["Everywhere", "任何位置"],
  "keys-chart": ["Chart and Parallel", "图表与平行视图"],
  "keys-limit": ["Limit", "限制线"],
  "keys-card": ["Card of the recipe", "配方卡片"],
  "keys-layers": ["Layer table", "层表"],
  "keys-all": ["this sheet", "此列表"],
  "keys-tab": ["next, previous control", "下一个、上一个控件"],
  "keys-along": ["along the frontier", "沿前沿移动"],
  "keys-near": ["nearest file above, below", "上方、下方最近的文件"],
  "keys-ends": ["ends of the frontier", "前沿的两端"],
  "keys-take": ["select; again to compare", "选择；再按则加入比较"],
  "keys-star": ["star", "标星"],
  "keys-edit": ["edit its recipe", "编辑它的配方"],
  "keys-best": ["best within the limits", "限制内的最佳"],
  "keys-failed": ["next failed one", "下一个失败的"],
  "keys-zoom": ["closer, farther, all", "放大、缩小、全部"],
  "keys-pan": ["move the view", "移动视图"],
  "keys-go": ["let go", "取消选择"],
  "keys-limit-move": ["move it", "移动"],
  "keys-limit-five": ["five times as far", "五倍步长"],
  "keys-limit-ten": ["ten times as far", "十倍步长"],
  "keys-limit-ends": ["ends of the view", "视图的两端"],
  "keys-card-move": ["up, down", "上移、下移"],
  "keys-cells": ["from cell to cell", "在单元格间移动"],
  "keys-row": ["ends of the row, with Ctrl of the table", "行的两端，加 Ctrl 为表的两端"],
  "keys-into": ["into the control, and out again", "进入控件，再退出"],
});

const KEY_SHEET = {
  page: [[["?"], "all"], [["Tab", "Shift Tab"], "tab"]],
  chart: [
    [["←", "→"], "along"],
    [["↑", "↓"], "near"],
    [["Home", "End"], "ends"],
    [["Enter"], "take"],
    [["S"], "star"],
    [["E"], "edit"],
    [["B"], "best"],
    [["F"], "failed"],
    [["+", "−", "0"], "zoom"],
    [["Shift ←"], "pan"],
    [["Esc"], "go"],
  ],
  limit: [[["←", "→"], "limit-move"], [["Shift →"], "limit-five"], [["Page ↑"], "limit-ten"], [["Home", "End"], "limit-ends"]],
  card: [[["Alt ↑", "Alt ↓"], "card-move"]],
  layers: [[["←", "↑", "→", "↓"], "cells"], [["Home", "End"], "row"], [["Enter", "Esc"], "into"]],
};

/** Whether a key press asks for the sheet: not one that is meant for a field. */
export function asksForKeys({ key, ctrlKey, metaKey, altKey, target }) {
  if (key !== "?" || ctrlKey || metaKey || altKey) return false;
  return !target.closest("input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable=true]");
}

/** Returns { root, button, close() }: the sheet, which is shut, and a button that opens it. */
export function keySheet(language) {
  const id = fresh("wb-keys");
  const say = (key) => word(language, key === "" ? "keys" : `keys-${key}`);
  const shut = h("button", { type: "button", class: "wb-b", onclick: () => root.close() }, say("close"));
  const groups = Object.entries(KEY_SHEET).map(([name, rows]) => h("section", {}, h("h3", {}, say(name)), h("dl", {}, rows.map((row) => keyRow(row, say)))));
  const root = h("dialog", { class: "wb-keys", aria: { labelledby: id } }, h("div", { class: "wb-keys-head" }, h("h2", { id, class: "wb-title" }, say("")), shut), h("div", { class: "wb-keys-body", tabindex: "0", role: "group", aria: { labelledby: id } }, groups));
  root.addEventListener("click", ({ target }) => target === root && root.close()); // beside the sheet
  const open = () => root.open || root.showModal();
  const button = h("button", { type: "button", class: "wb-b wb-plain wb-keys-open", onclick: open }, h("kbd", { aria: { hidden: "true" } }, "?"), " ", say(""));
  const heard = (event) => {
    const here = event.target === document.body || root.closest(".wb")?.contains(event.target); // in JupyterLab the rest is not ours
    const other = event.defaultPrevented || document.querySelector("dialog[open]"); // of two pages the first one shows it
    if (!here || other || !root.parentElement.checkVisibility() || !asksForKeys(event)) return;
    event.preventDefault();
    open();
  };
  document.addEventListener("keydown", heard);
  return { root, button, close: () => document.removeEventListener("keydown", heard) };
}

function keyRow([keys, what], say) {
  return h("div", {}, h("dt", {}, keys.map((key) => [h("kbd", {}, key), " "])), h("dd", {}, say(what)));
}
