// One job's row: state (sign and word), file, recipe, a bar for each step, rate and time left, what can be done about it.

import { captionOf } from "./captions.js";
import { fill, h } from "./dom.js";
import { digits, seconds } from "./format.js";
import { stepName } from "./run-curve.js";
import "./words-run.js";
import { word } from "./words.js";

const SIGNS = { running: "●", waiting: "○", done: "✓", failed: "!", cancelled: "×", interrupted: "‖" };

/** How much of each step is done, 0 to 1. */
export function runShares(job) {
  return job.steps.map((_, k) => {
    if (job.state === "done" || k < job.index - 1) return 1;
    return k === job.index - 1 ? job.share : 0;
  });
}

/** The step in words: "Distil, step 2 of 4"; empty before the first and after the last. */
export function runStep(language, job) {
  if (job.state === "waiting" && !job.candidate) return word(language, "run-waits-study");
  if (job.state !== "running") return job.state === "done" ? word(language, "run-measured") : "";
  return word(language, "run-step", { step: stepName(language, job.step), index: job.index, of: job.of });
}

/** [rate, time left] in words; empty where they are not known. */
export function runPace(language, job) {
  const rate = job.state === "running" && job.rate > 0 ? word(language, "run-rate", { rate: digits(job.rate) }) : "";
  const left = job.state === "running" && job.left !== null ? word(language, "run-left", { time: seconds(job.left) }) : "";
  return [rate, left];
}

/** What can be done about a job: [word's key, command, fields] each. */
export function runActs(job) {
  const candidate = job.candidate;
  if (!candidate) return [];
  if (job.state === "running" || job.state === "waiting") return [["run-cancel", "cancel", { candidate }]];
  if (job.state === "done") return [["run-show", "choose", { ids: [candidate] }]];
  const again = [job.state === "interrupted" ? "run-continue" : "run-again", "again", { candidate }];
  return [again, ["run-edit", "edit", { id: candidate }]];
}

/** A row: its element, and `update(job)`. Bar, rate and time move; all else is made anew only when it is another. */
export function runRow(host) {
  const state = h("span", { class: "wb-job-state" });
  const file = h("span", { class: "wb-job-file" });
  const recipe = h("div", { class: "wb-job-recipe" });
  const why = h("div", { class: "wb-job-why" });
  const bars = h("span", { class: "wb-steps", aria: { hidden: "true" } });
  const step = h("span", { class: "wb-job-step" });
  const rate = h("span", { class: "wb-job-rate" });
  const left = h("span", { class: "wb-job-left" });
  const acts = h("span", { class: "wb-job-acts" });
  const root = h("li", { class: "wb-job" }, state, file, recipe, h("div", { class: "wb-job-steps" }, bars, step), rate, left, acts, why);
  let shown = "";
  const update = (job) => {
    const now = JSON.stringify([job.state, job.candidate, job.recipe, job.reason, job.label, job.steps.length]);
    if (now !== shown) {
      shown = now;
      const focused = acts.contains(document.activeElement);
      root.dataset.state = job.state;
      fill(state, runState(host.language, job.state));
      fill(file, job.candidate);
      fill(recipe, job.label ? [h("span", { class: "wb-own-name" }, job.label), " "] : null, captionOf(host.language, job.spelled, job.recipe) || "–");
      fill(why, job.reason);
      why.hidden = !job.reason;
      fill(bars, job.steps.map(() => h("span", { class: "wb-bar" }, h("i"))));
      fill(acts, runActs(job).map((act) => runButton(host, job, act)));
      if (focused && acts.firstChild) acts.firstChild.focus();
    }
    runShares(job).forEach((share, k) => bars.children[k].firstChild.style.setProperty("width", `${100 * share}%`));
    step.textContent = runStep(host.language, job);
    [rate.textContent, left.textContent] = runPace(host.language, job);
  };
  return { root, update };
}

function runState(language, state) {
  return [h("span", { class: "wb-job-sign", aria: { hidden: "true" } }, SIGNS[state]), word(language, `run-${state}`)];
}

/** A button that names its candidate: "Cancel c3". Once pressed it waits for what comes of it. */
function runButton(host, job, [key, command, fields]) {
  const stops = command === "cancel" || command === "again";
  const press = ({ currentTarget }) => {
    if (currentTarget.getAttribute("aria-disabled")) return;
    host.ask(command, fields);
    if (!stops) return;
    currentTarget.setAttribute("aria-disabled", "true"); // not disabled: that would take the focus from it
    if (command === "cancel") fill(currentTarget, word(host.language, "run-cancelling"));
  };
  const name = h("span", { class: "wb-sr" }, ` ${job.candidate}`);
  return h("button", { type: "button", class: "wb-b wb-job-act", data: { key: `${command}-${job.candidate}` }, onclick: press }, word(host.language, key), name);
}
