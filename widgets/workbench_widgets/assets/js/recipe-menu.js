// A button that opens a list of things to add, each with half a sentence.

import { fill, fresh, h } from "./dom.js";

const MENU_ROOM = 360;

/** `items()` gives [{ title, say, act }] whenever the list opens. Escape, or a click elsewhere, closes it. It opens upwards where there is room. */
export function recipeMenu(name, key, items) {
  const id = fresh("wb-pick");
  const list = h("div", { id, class: "wb-pick-list", hidden: true });
  const button = h("button", { type: "button", class: "wb-b wb-pick-button", data: { key: `recipe-${key}` }, aria: { expanded: "false", controls: id }, onclick: () => open(list.hidden) }, name);
  const root = h("div", { class: "wb-pick", onkeydown: (event) => keyed(event), onfocusout: (event) => left(event) }, button, list);
  const open = (wanted) => {
    list.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    if (!wanted) return;
    root.classList.toggle("wb-pick-up", button.getBoundingClientRect().top > MENU_ROOM);
    fill(list, items().map((item) => h("button", { type: "button", class: "wb-pick-item", onclick: () => chosen(item) }, h("b", {}, item.title), h("span", { class: "wb-quiet" }, item.say))));
    list.querySelector("button")?.focus();
  };
  const chosen = (item) => {
    open(false);
    button.focus();
    item.act();
  };
  const keyed = (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      open(false);
      button.focus();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      event.preventDefault();
      const all = [...list.querySelectorAll("button")];
      const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      all[Math.min(Math.max(at, 0), all.length - 1)].focus();
    }
  };
  const left = (event) => {
    if (!root.contains(event.relatedTarget)) open(false);
  };
  return root;
}
