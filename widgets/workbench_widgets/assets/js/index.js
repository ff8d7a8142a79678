// The widget: the panels that it was asked for, and what is said when the kernel is lost.

import { mountCompare } from "./compare.js";
import { fill, h } from "./dom.js";
import { mountFrontier } from "./frontier.js";
import { LiveHost } from "./live-host.js";
import { mountLoad } from "./load.js";
import { keepPlace, takeUpPlace } from "./place.js";
import { mountModel } from "./model.js";
import { mountPublish } from "./publish.js";
import { mountRail, takeUpTheme, themeButton } from "./rail.js";
import { mountRecipe } from "./recipe.js";
import { mountRun } from "./run.js";
import { mountTop } from "./top.js";
import { word } from "./words.js";

const MOUNTS = {
  load: mountLoad,
  model: mountModel,
  recipe: mountRecipe,
  frontier: mountFrontier,
  run: mountRun,
  compare: mountCompare,
  publish: mountPublish,
};

function render({ model, el }) {
  const host = new LiveHost(model);
  const whole = host.get("panels").length > 1;
  if (!host.get("language") && host.language !== "en") host.set("language", host.language); // the kernel's sentences too
  let shown = shownPanels(host, whole);
  el.append(shown.root);
  const again = () => {
    const next = shownPanels(host, whole);
    shown.root.replaceWith(next.root);
    shown.close();
    shown = next;
  };
  host.on("language", again);
  if (whole) {
    takeUpPlace(host);
    keepPlace(host);
  }
  return () => {
    shown.close();
    host.close();
  };
}

/** All panels, in the host's language. */
function shownPanels(lasting, whole) {
  const host = lasting.showing();
  const note = h("div", { class: "wb-lost-note", role: "alert", hidden: true });
  const mounted = host.get("panels").map((name) => MOUNTS[name](host));
  const top = whole ? mountTop(host) : null;
  const pair = whole ? paired(mounted.map((panel) => panel.root)) : mounted.map((panel) => panel.root);
  const alone = whole && "voila" in document.body.dataset; // in JupyterLab the page's main part is JupyterLab's
  const body = h(alone ? "main" : "div", { class: whole ? "wb-page" : null }, pair);
  const rail = whole ? mountRail(host, mounted.map((panel) => panel.root)) : null;
  const shell = rail ? h("div", { class: "wb-shell" }, rail.root, body) : body;
  if (alone) {
    takeUpTheme(); // in JupyterLab the theme is JupyterLab's
    top.root.firstChild.append(themeButton(host.language));
  }
  const language = host.language === "zh" ? "zh-CN" : "en";
  const root = h("div", { class: whole ? "wb wb-whole" : "wb", lang: language }, top ? top.root : null, note, shell);
  const unwatch = host.watch((alive, since) => {
    root.classList.toggle("wb-lost", !alive);
    note.hidden = alive;
    fill(note, alive ? [] : lostNote(host, since));
  });
  root.dataset.ready = "true";
  return {
    root,
    close() {
      unwatch();
      if (rail) rail.close();
      for (const panel of mounted) panel.close();
      if (top) top.close();
      host.close();
    },
  };
}

function lostNote(host, since) {
  const working = ((host.get("run") || {}).jobs || []).some((job) => job.state === "running" || job.state === "waiting");
  const said = word(host.language, working ? "lost-job" : "lost", { time: since.toLocaleTimeString() });
  const answer = h("span", { role: "status" });
  const press = () => connectAgain(() => fill(answer, word(host.language, "not-there")));
  return [said, " ", h("button", { type: "button", class: "wb-b wb-go", onclick: press }, word(host.language, "connect-again")), " ", answer];
}

/** Loads the page again where the server answers: it comes back to where one was. Where it does not, this view stays. */
async function connectAgain(refused) {
  const script = document.querySelector("script[src]"); // to ask for the page itself would start a kernel
  try {
    await fetch(script ? script.src : location.href, { method: "HEAD", cache: "no-store" });
  } catch {
    refused();
    return;
  }
  location.reload();
}

/** Recipe and Frontier stand side by side where there is room: what is moved, and what comes of it. */
function paired(roots) {
  const by = (name) => roots.find((root) => root.dataset.panel === name);
  const both = h("div", { class: "wb-pair" }, by("recipe"), by("frontier"));
  return roots.flatMap((root) => (root === by("recipe") ? [both] : root === by("frontier") ? [] : [root]));
}

export default { render };
