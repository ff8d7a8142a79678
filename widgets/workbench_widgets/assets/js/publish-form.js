// The form of the panel Publish. Its controls are made once: redrawing never takes away what somebody is typing.

import { fill, fresh, h, settled } from "./dom.js";
import { sentence } from "./frame.js";
import { publishLicence } from "./publish-shown.js";

const PUBLISH_SETTLED_MS = 250;

/** { root, redraw(view), typed() }; `typing` is called at every key. */
export function publishForm(host, say, typing) {
  const fields = publishFields(say);
  const local = { touched: new Set() };
  const typed = () => ({
    name: fields.name.value.trim(),
    licence: fields.licence.value,
    intended_use: fields.use.value,
    packed: fields.packed.checked,
  });
  const tell = settled(() => host.ask("publish-typed", typed()), PUBLISH_SETTLED_MS);
  const note = (element) => {
    local.touched.add(element);
    typing();
    tell();
  };
  for (const element of [fields.name, fields.use]) element.addEventListener("input", () => note(element));
  for (const element of [fields.licence, fields.packed]) element.addEventListener("change", () => note(element));
  const root = publishLayout(fields, say);
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    host.ask("publish", typed());
  });
  return { root, typed, redraw: (view) => publishRedraw(fields, local, view, say) };
}

function publishFields(say) {
  return {
    name: h("input", { id: fresh("wb-name"), type: "text", spellcheck: "false", autocomplete: "off" }),
    nameSaid: h("div", { id: fresh("wb-said") }),
    licence: h("select", { id: fresh("wb-licence") }),
    licenceSaid: h("div", { id: fresh("wb-said") }),
    use: h("textarea", { id: fresh("wb-use"), rows: "3", placeholder: say("publish-use-hint") }),
    useSaid: h("div", { id: fresh("wb-said") }),
    packed: h("input", { type: "checkbox" }),
    go: h("button", { type: "submit", class: "wb-b wb-go" }),
    busy: h("span", { class: "wb-quiet", role: "status" }),
    said: h("div"),
  };
}

function publishLayout(fields, say) {
  const row = (key, control, said) => {
    control.setAttribute("aria-describedby", said.id);
    return [h("label", { for: control.id }, say(key)), h("div", {}, control, said)];
  };
  return h(
    "form",
    { class: "wb-publish-form", novalidate: true },
    row("publish-name", fields.name, fields.nameSaid),
    row("publish-licence", fields.licence, fields.licenceSaid),
    row("publish-use", fields.use, fields.useSaid),
    h("label", { class: "wb-option wb-publish-wide" }, fields.packed, say("publish-packed")),
    h("div", { class: "wb-actions wb-publish-wide" }, fields.go, fields.busy),
    h("div", { class: "wb-publish-wide" }, fields.said),
  );
}

function publishRedraw(fields, local, view, say) {
  const errors = view.errors || {};
  if (fields.licence.options.length !== (view.licences || []).length) {
    fill(fields.licence, (view.licences || []).map((name) => h("option", { value: name }, publishLicence(name, say))));
  }
  publishPut(fields.name, view.name, local);
  publishPut(fields.licence, view.licence, local);
  publishPut(fields.use, view.intended_use, local);
  if (!local.touched.has(fields.packed) || fields.packed.checked === view.packed) {
    fields.packed.checked = Boolean(view.packed);
    local.touched.delete(fields.packed);
  }
  publishSaid(fields.name, fields.nameSaid, errors.name, publishTaken(view, say));
  publishSaid(fields.licence, fields.licenceSaid, errors.licence, "");
  publishSaid(fields.use, fields.useSaid, errors.intended_use, "");
  fill(fields.said, sentence(errors[""], "bad"));
  fill(fields.go, publishLabel(view, say));
  fields.go.disabled = Boolean(view.busy);
  fill(fields.busy, publishBusy(view, say));
}

/** Takes over the session's value, unless this view has a newer one that the session has not heard of. */
function publishPut(element, value, local) {
  const known = value ?? "";
  if (element.value === known) local.touched.delete(element);
  else if (!local.touched.has(element)) element.value = known;
}

function publishSaid(control, place, error, otherwise) {
  if (error) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  fill(place, error ? sentence(error, "bad") : sentence(otherwise));
}

/** What is said below a name that is not refused. */
export function publishTaken(view, say) {
  if (!view.name || !view.file || view.nameable === false) return ""; // of what cannot be a name nothing is promised
  if (!view.taken) return say("publish-free");
  const { next_version: version, same } = view.taken;
  return same ? say("publish-same", { version: same }) : say("publish-taken", { version });
}

function publishLabel(view, say) {
  const version = view.taken && !view.taken.same ? view.taken.next_version : null;
  return version ? say("publish-go-version", { version }) : say("publish-go");
}

/** What stands beside the button. */
export function publishBusy(view, say) {
  if (view.busy) {
    const checks = view.checks || [];
    const at = checks.findIndex((check) => check.state === "doing");
    const title = say(`publish-${checks[Math.max(at, 0)]?.key || "test"}`);
    return say("publish-busy", { index: Math.max(at, 0) + 1, of: checks.length, title });
  }
  const refused = Object.values(view.errors || {}).some(Boolean); // what was published before is not what the form says now
  return view.done && !refused ? say("publish-done-short") : "";
}
