// The frame of every panel: title, one line of state, actions at the right with "copy as code" last, and the body.

import { copied, fill, fresh, h } from "./dom.js";
import { word } from "./words.js";

/**
 * A region with its heading. Returns { root, body, state(text), actions, refuse(sentence) }: `refuse` shows a sentence under
 * the heading, for what concerns the whole panel; what concerns one control stands at that control.
 */
export function frame(host, key, code) {
  const language = host.language;
  const id = fresh("wb-title");
  const state = h("span", { class: "wb-state" });
  const actions = h("div", { class: "wb-actions" });
  const error = h("div", { class: "wb-refusal", role: "alert", hidden: true });
  const body = h("div", { class: "wb-body" });
  const title = h("h2", { id, class: "wb-title" }, word(language, key));
  const copy = copyButton(host, key, code);
  const head = h("div", { class: "wb-head" }, title, state, h("span", { class: "wb-gap" }), actions, copy);
  const root = h("section", { class: `wb-panel wb-panel-${key}`, aria: { labelledby: id }, data: { panel: key } }, head, error, body);
  return {
    root,
    body,
    actions,
    state: (text) => fill(state, text),
    refuse: (sentence) => {
      error.hidden = !sentence;
      fill(error, sentence ? [h("span", { class: "wb-sign", aria: { hidden: "true" } }, "!"), sentence] : []);
    },
  };
}

function copyButton(host, key, code) {
  const language = host.language;
  const said = h("span", { class: "wb-copied", role: "status" });
  const press = async () => {
    const text = await Promise.resolve(code());
    const done = text ? await copied(text) : false;
    fill(said, word(language, done ? "copied" : "not-copied"));
    setTimeout(() => fill(said), 2500);
  };
  const name = word(language, "copy-as-code");
  const button = h("button", { type: "button", class: "wb-b wb-icon", title: name, aria: { label: name }, onclick: press });
  button.append(h("span", { aria: { hidden: "true" } }, "<>"));
  return h("span", { class: "wb-copy" }, said, button);
}

/** A sentence under a control; with nothing to say it takes no room. */
export function sentence(text, kind = "quiet") {
  return text ? h("div", { class: `wb-say wb-say-${kind}`, role: kind === "bad" ? "alert" : null }, text) : null;
}
