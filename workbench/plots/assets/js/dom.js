// Elements in one line each, and the few DOM habits that every panel shares.

const DOM_SVG = "http://www.w3.org/2000/svg";

/**
 * An element: `h("button", { class: "wb-b", onclick: run, aria: { label: "Run" } }, "Run")`.
 * Properties that begin with "on" are listeners, `aria` and `data` are groups of attributes, null and false leave one out.
 */
export function h(tag, properties = {}, ...children) {
  return domFilled(document.createElement(tag), properties, children);
}

/** The same for DOM_SVG. */
export function svg(tag, properties = {}, ...children) {
  return domFilled(document.createElementNS(DOM_SVG, tag), properties, children);
}

function domFilled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "aria" || name === "data") domGroup(element, name, value);
    else if (name === "style" && typeof value === "object") domStyled(element, value);
    else domPut(element, name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function domGroup(element, prefix, values) {
  for (const [name, value] of Object.entries(values)) domPut(element, `${prefix}-${name}`, value);
}

function domStyled(element, values) {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(name, value);
}

function domPut(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (name === "value") element.value = value;
  else if (name === "checked") element.checked = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Marks a control as wrong, or no longer: without the word "true" it would count as right. */
export function invalid(control, wrong) {
  domPut(control, "aria-invalid", wrong ? "true" : null);
}

/** Puts children in the place of all that an element holds, and keeps the focus where it was (by `data-key`). */
export function fill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const key = focused && focused.closest("[data-key]") ? focused.closest("[data-key]").dataset.key : null;
  const caret = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  if (key === null) return;
  const again = element.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!again || again === document.activeElement) return;
  again.focus({ preventScroll: true });
  if (caret && caret[0] !== null && "setSelectionRange" in again && again.type !== "range") again.setSelectionRange(...caret);
}

/**
 * A function (value, act) that calls `act` only when the value, as JSON, is another one than the last time: what a person works
 * in is not redrawn for nothing.
 */
export function whenChanged() {
  let before = null;
  return (value, act) => {
    const now = JSON.stringify(value);
    if (now !== before) act();
    before = now;
  };
}

/** Calls `act` once a frame at most, with the newest arguments. */
export function framed(act) {
  let waiting = null;
  return (...given) => {
    const first = waiting === null;
    waiting = given;
    if (!first) return;
    requestAnimationFrame(() => {
      const now = waiting;
      waiting = null;
      act(...now);
    });
  };
}

/** Calls `act` when nothing has come for so many milliseconds. */
export function settled(act, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), milliseconds);
  };
}

const DOM_MARK = Math.random().toString(36).slice(2, 8); // panels of one notebook are modules of their own on one page
let domNumbered = 0;

/** A name that no other element of the page has. */
export function fresh(prefix) {
  domNumbered += 1;
  return `${prefix}-${DOM_MARK}-${domNumbered}`;
}

/** Copies text; says whether that went well. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const held = h("textarea", { value: text, aria: { hidden: "true" }, style: { position: "fixed", opacity: "0" } });
    document.body.append(held);
    held.select();
    const done = document.execCommand("copy");
    held.remove();
    return done;
  }
}

/** Offers a file for download. */
export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
