// Where one was: kept in the browser, taken up when the page is loaded again with a new kernel. A tab knows its own place; a new
// tab begins where the last one was.

import { plainStep } from "./steps.js";

const PLACE_KEY = "workbench-place";
const PLACE_FIELDS = ["study", "example", "opening", "steps", "yaml", "chosen", "own", "job"];
const PLACE_OWN = ["given", "task", "classes", "network", "train"];
const PLACE_TYPED = ["name", "licence", "intended_use", "packed"];

/** What is in hand: `opening` is an example, or a study of one's own files, that is still being made ready, and `job` is at it;
 * `own` are these files and what was chosen for them; `yaml` is a text that is no recipe, or not yet one. Empty values where there
 * is none. */
export function placeOf(load, frontier, steps, typed, yaml = "") {
  const study = frontier.study || load.study || "";
  const opening = load.busy ? load.selected || "" : "";
  const own = load.own && load.own.begun ? placeKnown(load.own, PLACE_OWN) : null;
  if (!study && !opening && !own) return null;
  const job = load.busy?.job || "";
  return { study, example: load.selected || "", opening, steps, yaml, chosen: frontier.chosen || [], typed, own, job };
}

/** Writes down what is in hand whenever it changes, also while no kernel answers. */
export function keepPlace(host) {
  let steps = null;
  let written = false;
  let typed = readPlace()?.typed || null;
  let yaml = null;
  let chosen = null; // what the kernel has not heard of yet
  let study = "";
  const write = () => {
    const now = host.get("frontier").study || host.get("load").study || "";
    if (study && now !== study) typed = chosen = null; // each study has a form, and files, of its own
    study = now || study;
    const frontier = chosen ? { ...host.get("frontier"), chosen } : host.get("frontier");
    const taken = host.get("load").resuming ? readPlace() : null; // what is taken up just now is in hand, and not yet in the kernel
    const place = taken
      ? { ...taken, typed, ...(yaml !== null && { yaml }), ...(steps && { steps }), ...(chosen && { chosen }) }
      : placeOf(host.get("load"), frontier, steps || host.get("recipe").steps || [], typed, yaml || "");
    if (!place && !written) return; // what was in hand before is not taken up yet
    written = true;
    try {
      for (const storage of [sessionStorage, localStorage]) {
        if (place) storage.setItem(PLACE_KEY, JSON.stringify(place));
        else storage.removeItem(PLACE_KEY);
      }
    } catch {
      // a browser that keeps nothing comes back to the beginning
    }
  };
  for (const name of ["load", "recipe"]) host.on(name, write);
  host.on("frontier", () => {
    if (String(host.get("frontier").chosen) === String(chosen)) chosen = null;
    write();
  });
  host.news.heed("chosen", (ids) => {
    chosen = ids;
    write();
  });
  host.news.heed("steps", (list) => {
    steps = list.map(plainStep);
    write();
  });
  host.news.heed("yaml", (text) => {
    yaml = text;
    write();
  });
  host.news.heed("typed", (fields) => {
    typed = fields;
    write();
  });
}

/** Asks the kernel to take up what was in hand. A kernel that has waited for a visitor sees by that what there is by now. */
export function takeUpPlace(host) {
  host.ask("resume", readPlace() || {});
}

function readPlace() {
  try {
    return placeRead(sessionStorage.getItem(PLACE_KEY) || localStorage.getItem(PLACE_KEY));
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** A place as it was written; null for what is none. Of one that another version wrote, what is known here. */
export function placeRead(text) {
  let kept = null;
  try {
    kept = JSON.parse(text);
  } catch {
    return null;
  }
  if (kept === null || typeof kept !== "object" || typeof kept.study !== "string") return null;
  const place = placeKnown(kept, PLACE_FIELDS);
  const typed = placeKnown(kept.typed || {}, PLACE_TYPED);
  return { ...place, typed: Object.keys(typed).length === PLACE_TYPED.length ? typed : null };
}

function placeKnown(kept, names) {
  return Object.fromEntries(names.filter((name) => name in kept).map((name) => [name, kept[name]]));
}
