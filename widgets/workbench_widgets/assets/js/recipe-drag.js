// A card is taken by its grip and let go at another place; a finger does it too. By keyboard: Alt with an arrow, or the buttons.

import { h } from "./dom.js";

/** Follows the pointer from `event` on; `drop(by)` is called in the end with how many places the card has moved. */
export function dragCard(event, card, cards, drop) {
  event.preventDefault();
  const grip = event.currentTarget;
  grip.setPointerCapture(event.pointerId);
  const mark = h("div", { class: "wb-drop" });
  const from = cards.indexOf(card);
  let to = from;
  card.classList.add("wb-dragged");
  const move = (at) => {
    to = placeAt(cards, from, at.clientY);
    mark.remove();
    if (to !== from) cards[to].insertAdjacentElement(to > from ? "afterend" : "beforebegin", mark);
  };
  const end = (at) => {
    grip.removeEventListener("pointermove", move);
    card.classList.remove("wb-dragged");
    mark.remove();
    if (at.type === "pointerup" && to !== from) drop(to - from);
  };
  grip.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) grip.addEventListener(name, end, { once: true });
}

/** The place among the cards that a height on the screen stands for. */
function placeAt(cards, from, y) {
  const middles = cards.map((card) => {
    const box = card.getBoundingClientRect();
    return box.top + box.height / 2;
  });
  let to = from;
  while (to > 0 && y < middles[to - 1]) to -= 1;
  while (to < cards.length - 1 && y > middles[to + 1]) to += 1;
  return to;
}
