// The recipe as YAML: typed here, read by the library, and what is wrong said under it.

import { fill, fresh, h, invalid, settled } from "./dom.js";
import { word } from "./words.js";

const YAML_SETTLE_MS = 350;

/** Returns { root, show(wanted), draw() }. While it has the focus, or no answer yet, what was typed is left as it is. */
export function yamlOf(host) {
  const language = host.language;
  const id = fresh("wb-yaml");
  let waits = false;
  let open = ""; // what was typed and is no recipe yet: a page that is loaded again has it too
  const keep = (text) => {
    if (text !== open) host.news.tell("yaml", (open = text));
  };
  const send = settled(async (text) => {
    await host.answer("yaml", { text });
    if (box.value !== text) return; // there is more by now
    waits = false;
    draw();
  }, YAML_SETTLE_MS);
  const typed = () => {
    waits = true;
    keep(box.value);
    send(box.value);
  };
  const box = h("textarea", { id, class: "wb-yaml", rows: 18, spellcheck: "false", autocapitalize: "off", data: { key: "recipe-yaml-text" }, aria: { describedby: `${id}-say` }, oninput: typed });
  const note = h("div", { id: `${id}-say`, role: "status" });
  const root = h("div", { hidden: true }, h("label", { for: id, class: "wb-sr" }, word(language, "recipe-yaml")), box, note);
  box.addEventListener("blur", () => draw());
  const draw = () => {
    const { yaml, yaml_error: error, yaml_kept: kept } = host.get("recipe");
    if (document.activeElement !== box && !root.hidden && !waits && box.value !== yaml) box.value = yaml || "";
    if (!waits) keep(kept ? yaml : "");
    invalid(box, Boolean(error));
    note.className = error ? "wb-say wb-say-bad" : "wb-say";
    fill(note, [error ? `${error} ` : "", word(language, kept ? "recipe-yaml-kept" : "recipe-yaml-same")]);
  };
  const show = (wanted) => {
    root.hidden = !wanted;
    if (wanted) draw();
  };
  return { root, show, draw };
}
