// Own files in the panel Load: a place to drop them, a path on the server, and what is to be made of them.

import { fill, fresh, h, whenChanged } from "./dom.js";
import { bytes, grouped } from "./format.js";
import { sentence } from "./frame.js";
import { loadSend } from "./load-upload.js";

/** { root, redraw }: the drop zone with its sentences, and the choices once something is there. */
export function loadOwn(host, say) {
  const local = { path: "", study: null, refused: "", sending: null };
  const zone = loadZone(host, local, (files) => send(files), say);
  const sending = h("div", { role: "status" });
  const choices = h("div");
  const changed = whenChanged();
  const redraw = () => {
    const { own = { errors: {} }, busy } = host.get("load");
    fill(zone.refusal, loadRefused(local.refused || own.errors.file || own.errors.path));
    if (own.errors.path) zone.path.setAttribute("aria-invalid", "true");
    else zone.path.removeAttribute("aria-invalid");
    fill(sending, loadSending(local, say));
    if (!own.begun) local.study = null; // the next one has a name of its own
    changed([own, Boolean(busy)], () => fill(choices, loadChoices(host, own, local, say)));
  };
  async function send(files) {
    const limit = host.get("load").limit_mb;
    const refused = [];
    local.refused = "";
    for (const [k, file] of files.entries()) {
      const progress = (share) => {
        local.sending = { name: file.name, share };
        fill(sending, loadSending(local, say));
      };
      progress(0);
      refused.push(await loadSend(host, file, limit, progress, k === 0));
      local.refused = refused.filter(Boolean).join(" ");
      local.sending = null;
      redraw();
    }
  }
  const root = h("div", { class: "wb-load-drop" }, zone.parts, sending, choices);
  loadDropping(root, send);
  return { root, redraw };
}

function loadDropping(root, send) {
  const over = (event, is) => {
    event.preventDefault();
    root.classList.toggle("wb-load-drop-over", is);
  };
  root.addEventListener("dragover", (event) => over(event, true));
  root.addEventListener("dragleave", (event) => over(event, false));
  root.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer) send([...event.dataTransfer.files]);
  });
}

function loadZone(host, local, send, say) {
  const id = fresh("wb-path");
  const path = h("input", { id, type: "text", spellcheck: "false", placeholder: "/data/mine.npz", data: { key: "path" } });
  const take = (event) => {
    event.preventDefault();
    local.refused = "";
    host.ask("load-path", { path: path.value });
  };
  const files = h("input", { type: "file", hidden: true, multiple: true, accept: ".onnx,.data,.onnx_data,.safetensors,.npz,.csv" });
  files.addEventListener("change", () => {
    send([...files.files]);
    files.value = ""; // so that the same file can be chosen again
  });
  const refusal = h("div", { role: "alert" });
  const parts = [
    h("h3", { class: "wb-load-heading" }, say("load-own")),
    h("p", { class: "wb-quiet" }, say("load-limit", { limit: host.get("load").limit_mb })),
    h("div", {}, h("button", { type: "button", class: "wb-b", onclick: () => files.click() }, say("load-choose")), files),
    h(
      "form",
      { onsubmit: take },
      h("label", { for: id, class: "wb-quiet" }, say("load-path")),
      h("div", { class: "wb-beside" }, path, h("button", { type: "submit", class: "wb-b" }, say("load-take"))),
    ),
    refusal,
  ];
  return { parts, path, refusal };
}

function loadRefused(text) {
  return text ? h("div", { class: "wb-refusal" }, h("span", { class: "wb-sign", aria: { hidden: "true" } }, "!"), text) : [];
}

function loadSending(local, say) {
  if (!local.sending) return null;
  const { name, share } = local.sending;
  const done = Math.round(100 * share);
  const range = { label: say("load-sending", { name }), valuenow: done, valuemin: 0, valuemax: 100 };
  return [
    h("p", {}, say("load-sending", { name })),
    h("div", { class: "wb-bar", role: "progressbar", aria: range }, h("i", { style: { width: `${done}%` } })),
  ];
}

function loadChoices(host, own, local, say) {
  if (!own.begun) return null;
  const open = (event) => {
    event.preventDefault();
    host.ask("own-open", { study: local.study ?? own.study });
  };
  const busy = Boolean(host.get("load").busy);
  const go = h("button", { type: "submit", class: "wb-b wb-go", disabled: busy || !own.ready, data: { key: "own-open" } }, say("load-open"));
  return h(
    "form",
    { class: "wb-own", onsubmit: open },
    loadNeeds(own, say),
    loadTasks(host, own, say),
    own.file || own.factory ? loadFact(say("load-network"), own.file || own.factory, own.errors.network) : loadNetworks(host, own, say),
    loadWeights(own, say),
    own.left_out ? h("p", { class: "wb-quiet" }, say("load-left-out")) : null,
    loadTrain(host, own, say),
    loadName(own, local, say),
    h("div", { class: "wb-actions" }, go, loadAway(host, own, say)),
    sentence(own.errors.open, "bad"),
  );
}

/** The word of what is still missing: data for a model, or a model for data without labels, which train none; else "". */
export function loadLacks(own) {
  if (own.file && !own.tasked) return "load-needs-data";
  return own.tasked && !own.trainable && !own.networks.length && !own.file && !own.factory ? "load-needs-model" : "";
}

/** What is still missing, said where the choices are. */
function loadNeeds(own, say) {
  const lacks = loadLacks(own);
  return lacks ? h("p", { role: "status" }, say(lacks, { name: own.file })) : null;
}

function loadTasks(host, own, say) {
  const tasks = own.tasks.map(({ name, title }) => ({ name, title: title || say("load-data-none") }));
  return loadMenu("task", say("load-data"), tasks, own.task, own.errors.task, (task) => host.ask("own", { task }));
}

function loadNetworks(host, own, say) {
  if (loadLacks(own) === "load-needs-model") return null; // a menu of nothing
  const names = own.networks.map((name) => ({ name, title: name }));
  return loadMenu("network", say("load-network"), names, own.network, own.errors.network, (network) => host.ask("own", { network }));
}

function loadMenu(key, label, options, chosen, error, act) {
  const id = fresh("wb-own");
  const menu = h(
    "select",
    { id, data: { key: `own-${key}` }, onchange: () => act(menu.value) },
    options.map(({ name, title }) => h("option", { value: name, selected: name === chosen }, title)),
  );
  return h("div", {}, h("label", { for: id, class: "wb-quiet" }, label), menu, sentence(error, "bad"));
}

function loadFact(label, text, error) {
  return h("div", {}, h("span", { class: "wb-quiet" }, label), h("div", { class: "wb-own-fact" }, text), sentence(error, "bad"));
}

function loadWeights(own, say) {
  const refused = own.errors.weights;
  if (!own.weights) return loadFact(say("load-weights"), say(own.factory ? "load-weights-own" : "load-weights-none"), refused);
  if (own.file) return loadFact(say("load-weights"), say("load-weights-file", { count: grouped(String(own.weights.parameters)) }), refused);
  const size = bytes(own.weights.size_bytes).join(" ");
  const said = { name: own.weights.file, size, count: grouped(String(own.weights.parameters)) };
  return loadFact(say("load-weights"), say("load-weights-are", said), refused);
}

function loadTrain(host, own, say) {
  if (!own.trainable) return null;
  const tick = h("input", {
    type: "checkbox",
    checked: own.train,
    data: { key: "own-train" },
    onchange: () => host.ask("own", { train: tick.checked }),
  });
  return h("label", { class: "wb-option" }, tick, say("load-train"));
}

function loadName(own, local, say) {
  const id = fresh("wb-own");
  const input = h("input", {
    id,
    type: "text",
    value: local.study ?? own.study,
    data: { key: "own-study" },
    aria: { invalid: own.errors.study ? "true" : null },
    oninput: () => {
      local.study = input.value;
    },
  });
  return h("div", {}, h("label", { for: id, class: "wb-quiet" }, say("load-study")), input, sentence(own.errors.study, "bad"));
}

function loadAway(host, own, say) {
  if (!own.begun) return null;
  const press = () => host.ask("own", { away: true });
  return h("button", { type: "button", class: "wb-b", data: { key: "own-away" }, onclick: press }, say("load-away"));
}
