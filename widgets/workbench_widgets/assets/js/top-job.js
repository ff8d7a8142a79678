// What is under way, in the line over all panels: seen, and stopped, from wherever one reads.

import { fill, framed, h } from "./dom.js";
import { loadStep } from "./load.js";
import { runPace, runShares, runStep } from "./run-row.js";
import { addWords, word } from "./words.js";

addWords({
  "top-job": ["Under way", "进行中"],
  "top-job-is": ["{id}: {step}", "{id}：{step}"],
  "top-job-waits": ["{id} waits", "{id} 等待中"],
  "top-job-more": ["and {n} more", "另有 {n} 个"],
  "top-job-cancel": ["Cancel {id}", "取消 {id}"],
  "top-load-cancel": ["Cancel what is made ready", "取消正在准备的内容"],
});

/** The job that is told of: one that runs before one that waits; null where nothing is under way. `more` counts the others. */
export function topJob(jobs) {
  const live = jobs.filter((job) => job.candidate && (job.state === "running" || job.state === "waiting"));
  const job = live.find(({ state }) => state === "running") || live[0] || null;
  return job && { job, more: live.length - 1, share: topShare(job) };
}

/** How much of a whole run is done, 0 to 1, every step counting alike. */
function topShare(job) {
  const shares = runShares(job);
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(shares.length, 1);
}

/** The group's element; its button stays the same one while a job goes on, so that a press is not lost. */
export function topJobOf(host) {
  const language = host.language;
  const [step, left] = [h("span", { class: "wb-top-step" }), h("span", { class: "wb-top-left wb-quiet" })];
  const bar = h("i");
  let candidate = "";
  const press = () => (candidate ? host.ask("cancel", { candidate }) : host.ask("load-cancel"));
  const stop = h("button", { type: "button", class: "wb-b wb-icon", onclick: press }, h("span", { aria: { hidden: "true" } }, "×"));
  const root = h("div", { class: "wb-top-job", role: "group", aria: { label: word(language, "top-job") }, hidden: true }, step, left, h("span", { class: "wb-bar", aria: { hidden: "true" } }, bar), stop);
  const redraw = framed(() => {
    const { busy } = host.get("load");
    const told = topJob(host.get("run").jobs || []);
    root.hidden = told === null && !busy;
    if (busy && told === null) return making(busy);
    if (told === null) return undefined;
    const { job, more, share } = told;
    candidate = job.candidate;
    const says = job.state === "running" ? word(language, "top-job-is", { id: candidate, step: runStep(language, job) }) : word(language, "top-job-waits", { id: candidate });
    fill(step, says);
    fill(left, [runPace(language, job)[1], more ? word(language, "top-job-more", { n: more }) : ""].filter(Boolean).join(" · "));
    bar.style.setProperty("width", `${100 * share}%`);
    const name = word(language, "top-job-cancel", { id: candidate });
    return named(name);
  });
  const named = (name) => {
    stop.hidden = false;
    stop.setAttribute("aria-label", name);
    stop.title = name;
  };
  const making = (busy) => {
    candidate = "";
    fill(step, loadStep(busy, (key, fields) => word(language, key, fields)));
    fill(left);
    bar.style.setProperty("width", `${100 * busy.share}%`);
    named(word(language, "top-load-cancel"));
    stop.hidden = !busy.stop;
  };
  host.on("run", redraw);
  host.on("load", redraw);
  redraw();
  return root;
}
