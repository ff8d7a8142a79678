// Where one was in this tab: kept in the browser, taken up when the page is loaded again with a new kernel.

const PLACE_KEY = "workbench-place";

/** Writes down what is in hand whenever it changes. */
export function keepPlace(host) {
  const write = () => {
    const load = host.get("load");
    const study = host.get("frontier").study || load.study;
    if (!study) return;
    const place = { study, example: load.selected || "", steps: host.get("recipe").steps || [], chosen: host.get("frontier").chosen || [] };
    try {
      sessionStorage.setItem(PLACE_KEY, JSON.stringify(place));
    } catch {
      // a browser that keeps nothing comes back to the beginning
    }
  };
  for (const name of ["load", "recipe", "frontier"]) host.on(name, write);
}

/** Asks the kernel to take up what was in hand. A kernel that has waited for a visitor sees by that what there is by now. */
export function takeUpPlace(host) {
  let place = null;
  try {
    place = JSON.parse(sessionStorage.getItem(PLACE_KEY) || "null");
  } catch {
    place = null;
  }
  host.ask("resume", place && place.study ? place : {});
}
