// The rail beside all panels: where one is, and the state of each step in a line. And the switch between light and dark.

import { fill, framed, h } from "./dom.js";
import { bytes } from "./format.js";
import { keySheet } from "./key-sheet.js";
import { stepsOf } from "./steps.js";
import { addWords, word } from "./words.js";

addWords({
  rail: ["Steps", "步骤"],
  "rail-baseline": ["baseline", "基线"],
  "rail-steps": ["{n} steps", "{n} 步"],
  "rail-one-step": ["1 step", "1 步"],
  "rail-files": ["{n} files", "{n} 个文件"],
  "rail-one-file": ["1 file", "1 个文件"],
  "rail-running": ["{n} running", "{n} 个运行"],
  "rail-waiting": ["{n} waiting", "{n} 个等待"],
  "rail-failed": ["{n} failed", "{n} 个失败"],
  "rail-interrupted": ["{n} interrupted", "{n} 个中断"],
  "rail-version": ["version {n}", "版本 {n}"],
  "rail-and": [", ", "，"],
  theme: ["Light or dark", "浅色或深色"],
});

const RAIL_VALUES = { frontier: "files" }; // the panel whose state is read off other values than its own
const RAIL_THEME = "workbench-theme";
const RAIL_ASKED_MS = 300;
const RAIL_READ = 0.35; // the panel that reaches over this share of the window is the one that is read

/** `roots` are the panels' elements, in their order. Returns { root, close() }. */
export function mountRail(host, roots) {
  const language = host.language;
  let asked = -Infinity; // when a step was gone to: near the page's end its panel cannot come up to where one reads
  const links = roots.map((root, k) => {
    const state = h("span", { class: "wb-rail-state" });
    const go = (event) => {
      event.preventDefault();
      root.scrollIntoView({ block: "start" });
      asked = performance.now();
      railMark(links, k);
    };
    const name = root.dataset.panel;
    const link = h("a", { href: `#${name}`, onclick: go }, h("span", { class: "wb-rail-number", aria: { hidden: "true" } }, String(k + 1)), h("span", {}, word(language, name)), state);
    return { root, name, link, state };
  });
  const list = h("ol", {}, links.map(({ link }) => h("li", {}, link)));
  const keys = keySheet(language);
  const root = h("div", { class: "wb-rail" }, h("nav", { aria: { label: word(language, "rail") } }, list), keys.button, keys.root);
  const redraw = framed(() => {
    for (const { name, state } of links) fill(state, railState(language, name, host.get(RAIL_VALUES[name] || name) || {}, stepsOf(host).list));
  });
  for (const { name } of links) host.on(RAIL_VALUES[name] || name, redraw);
  const unwatch = stepsOf(host).watch(redraw);
  const spy = framed(() => performance.now() - asked > RAIL_ASKED_MS && railMark(links, railRead(links)));
  document.addEventListener("scroll", spy, { passive: true, capture: true });
  redraw();
  spy();
  return {
    root,
    close() {
      unwatch();
      keys.close();
      document.removeEventListener("scroll", spy, { capture: true });
    },
  };
}

/** The place of the panel that is read. */
function railRead(links) {
  const line = window.innerHeight * RAIL_READ;
  const tops = links.map(({ root }) => root.getBoundingClientRect());
  const read = tops.findLastIndex(({ top }) => top <= line);
  return read > 0 && Math.abs(tops[read].top - tops[read - 1].top) < 2 ? read - 1 : Math.max(read, 0); // Recipe beside Frontier
}

function railMark(links, place) {
  links.forEach(({ link }, k) => {
    if (k !== place) return link.removeAttribute("aria-current");
    if (link.hasAttribute("aria-current")) return undefined;
    link.setAttribute("aria-current", "step");
    return railReach(link);
  });
}

/** Where the steps stand in a row, the one that is read is brought into it. The page itself stays where it is. */
function railReach(link) {
  const row = link.closest("nav");
  const beyond = link.offsetLeft - Math.max(row.clientWidth - link.offsetWidth, 0) / 2;
  if (row.scrollWidth > row.clientWidth) row.scrollTo({ left: beyond });
}

/** A panel's state in a few words; empty where there is nothing to say. */
export function railState(language, name, view, steps) {
  const counted = (one, many, n) => word(language, n === 1 ? one : many, { n });
  if (name === "load") return view.study || "";
  if (name === "model") return view.size_bytes ? bytes(view.size_bytes).join("\u00a0") : "";
  if (name === "recipe") return counted("rail-one-step", "rail-steps", steps.filter((step) => step.on !== false).length);
  if (name === "frontier") return railFiles(language, (view.points || []).filter((point) => point.status === "measured").length);
  if (name === "run") return railRuns(language, view.jobs || []);
  if (name === "compare") return (view.columns || []).slice(1).map((column) => column.id).join(word(language, "rail-and"));
  if (name === "publish") return view.done ? word(language, "rail-version", { n: view.done.version }) : view.candidate === "baseline" ? word(language, "rail-baseline") : view.candidate || "";
  return "";
}

function railRuns(language, jobs) {
  const n = (state) => jobs.filter((job) => job.state === state).length;
  const live = ["running", "waiting", "failed", "interrupted"].filter(n).map((state) => word(language, `rail-${state}`, { n: n(state) }));
  if (live.length) return live.slice(0, 2).join(word(language, "rail-and"));
  return railFiles(language, n("done"));
}

function railFiles(language, n) {
  return n ? word(language, n === 1 ? "rail-one-file" : "rail-files", { n }) : "";
}

/** Takes up the theme that was chosen here before; the system's is taken where none was. */
export function takeUpTheme() {
  const kept = railKept();
  if (kept) document.documentElement.dataset.jpThemeLight = String(kept === "light");
}

/** The switch between light and dark. */
export function themeButton(language) {
  const name = word(language, "theme");
  const turn = () => {
    const asked = document.documentElement.dataset.jpThemeLight;
    const light = asked ? asked === "true" : !matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.jpThemeLight = String(!light);
    try {
      localStorage.setItem(RAIL_THEME, light ? "dark" : "light");
    } catch {
      // a browser that keeps nothing asks the system again
    }
  };
  return h("button", { type: "button", class: "wb-b wb-icon wb-theme", title: name, aria: { label: name }, onclick: turn }, h("span", { aria: { hidden: "true" } }, "◐"));
}

function railKept() {
  try {
    return localStorage.getItem(RAIL_THEME);
  } catch {
    return null;
  }
}
