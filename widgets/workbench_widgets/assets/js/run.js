// The panel Run: what is under way, what waits, what ended lately and how. A row's buttons stay the same elements while its bar
// moves, so that a press is never lost to an update.

import { fill, framed, fresh, h } from "./dom.js";
import { frame } from "./frame.js";
import { drawCurve } from "./run-curve.js";
import { runRow } from "./run-row.js";
import "./words-run.js";
import { word } from "./words.js";

/** "2 running, 1 waiting"; empty where nothing is under way. */
export function runCounts(language, jobs) {
  const counts = ["running", "waiting"].map((state) => [state, jobs.filter((job) => job.state === state).length]);
  return counts
    .filter(([, n]) => n)
    .map(([state, n]) => word(language, `run-count-${state}`, { n }))
    .join(", ");
}

/** The job whose training curve is shown: one that runs before one that is over. */
export function runOfCurve(jobs) {
  const drawn = jobs.filter((job) => job.curve.length);
  return drawn.find((job) => job.state === "running") || drawn[0] || null;
}

/** The jobs' states as they were seen last, or null: those of another study are no news of this one. */
export function runSeen(seen, study) {
  return seen && seen.study === study ? seen.states : null;
}

/** What to say aloud: the jobs whose state is another one than before. `before`: candidate to state, or null at first. */
export function runNews(language, before, jobs) {
  if (!before) return "";
  return jobs
    .filter((job) => job.candidate && before[job.candidate] !== job.state)
    .map((job) => word(language, `run-told-${job.state}`, { id: job.candidate, reason: job.reason || "" }))
    .join(". ");
}

export function mountRun(host) {
  const panel = frame(host, "run", () => host.get("code").run);
  const list = h("ul", { class: "wb-jobs", aria: { label: word(host.language, "run-jobs") } });
  const curve = h("div", { class: "wb-run-curve" });
  const note = h("p", { class: "wb-quiet" });
  const hint = h("p", { class: "wb-quiet" });
  const told = h("p", { class: "wb-sr", role: "status" });
  const rows = new Map();
  let seen = null;
  panel.body.append(h("div", { class: "wb-run" }, h("div", {}, list, note, hint), curve), told);
  const device = runDevice(host, panel.actions);
  const redraw = () => {
    const view = host.get("run");
    const jobs = view.jobs || [];
    panel.state(runCounts(host.language, jobs) || word(host.language, "run-lead"));
    panel.refuse(view.error);
    device(view);
    runRows(host, list, rows, jobs);
    fill(note, runNote(host.language, view));
    fill(hint, runHint(host.language, view));
    drawCurve(curve, host.language, runOfCurve(jobs), view.baseline || null);
    const news = runNews(host.language, runSeen(seen, view.study), jobs);
    if (news || (seen && seen.study !== view.study)) fill(told, news); // what was said of another study goes
    seen = { study: view.study, states: Object.fromEntries(jobs.map((job) => [job.candidate, job.state])) };
  };
  host.on("run", framed(redraw));
  redraw();
  return { root: panel.root, close() {} };
}

function runNote(language, view) {
  if (!(view.jobs || []).length) return word(language, "run-empty");
  return view.older ? word(language, "run-older", { n: view.older }) : "";
}

/** Why GPUs that are here cannot be chosen; empty where they can, and where there are none. */
export function runHint(language, view) {
  return view.no_cuda ? word(language, "run-no-cuda") : "";
}

/** One element a job, in the jobs' order; one that is there already is brought up to date and keeps its place if it can. */
function runRows(host, list, rows, jobs) {
  const keys = jobs.map((job, k) => job.candidate || `asked-${k}`);
  for (const [key, row] of rows) {
    if (keys.includes(key)) continue;
    row.root.remove();
    rows.delete(key);
  }
  jobs.forEach((job, k) => {
    if (!rows.has(keys[k])) rows.set(keys[k], runRow(host));
    const row = rows.get(keys[k]);
    row.update(job);
    if (list.children[k] !== row.root) list.insertBefore(row.root, list.children[k] || null);
  });
  list.hidden = !jobs.length;
}

/** The menu of devices at the panel's right; where there is only one, its name. Returns how it is brought up to date. */
function runDevice(host, place) {
  let shown = "";
  return (view) => {
    const devices = view.devices || [];
    const now = JSON.stringify([devices, view.device]);
    if (now === shown) return;
    shown = now;
    fill(place, devices.length > 1 ? runMenu(host, devices, view.device) : devices.map(({ title }) => h("span", { class: "wb-quiet" }, word(host.language, "run-on", { title }))));
  };
}

function runMenu(host, devices, device) {
  const id = fresh("wb-device");
  const options = devices.map((d) => h("option", { value: d.name }, runDeviceName(host.language, d)));
  const menu = h("select", { id, class: "wb-run-device", data: { key: "device" }, onchange: () => host.ask("device", { name: menu.value }) }, options);
  menu.value = device;
  return [h("label", { for: id, class: "wb-quiet" }, word(host.language, "run-device")), menu];
}

/** A device with what it has free, or that it is not here now. */
export function runDeviceName(language, device) {
  if (device.name === "auto") return word(language, "run-device-auto");
  if (device.away) return word(language, "run-device-away", { title: device.title });
  if (device.free_gb === null) return device.title;
  return word(language, "run-device-free", { title: device.title, free: device.free_gb.toFixed(1) });
}
