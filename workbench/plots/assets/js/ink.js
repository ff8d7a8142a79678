// The colours of the page's tokens as a canvas can take them, and news of their change.

import { FAMILY_KEYS } from "./shapes.js";

const INKS = ["paper", "ink", "ink-2", "ink-base", "line", "edge", "well", "accent"];

/** Colours by name, and those of families under `family`. */
export function inkOf(root) {
  const probe = document.createElement("i");
  root.append(probe);
  const dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (token) => {
    probe.style.color = `var(--wb-${token})`;
    dot.clearRect(0, 0, 1, 1);
    dot.fillStyle = getComputedStyle(probe).color;
    dot.fillRect(0, 0, 1, 1);
    return `rgb(${[...dot.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(",")})`;
  };
  const found = Object.fromEntries(INKS.map((name) => [name, read(name)]));
  found.family = Object.fromEntries(FAMILY_KEYS.map((key) => [key, read(`fam-${key}`)]));
  probe.remove();
  return found;
}

/** Calls `act` when the theme changes: Jupyter's attribute, or the system's wish. Returns what ends it. */
export function watchTheme(act) {
  const watcher = new MutationObserver(act);
  for (const element of [document.documentElement, document.body]) {
    watcher.observe(element, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class", "style"] });
  }
  const wish = matchMedia("(prefers-color-scheme: dark)");
  wish.addEventListener("change", act);
  return () => {
    watcher.disconnect();
    wish.removeEventListener("change", act);
  };
}
