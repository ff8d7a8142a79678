// Own files in the panel Load: a place to drop them, a path on the server, and what is to be made of them.

import { fill, fresh, h, whenChanged } from "./dom.js";
import { bytes, grouped, said } from "./format.js";
import { sentence } from "./frame.js";
import { loadSend } from "./load-upload.js";

/** { root, redraw }: the drop zone with its sentences, and the choices once something is there. */
export function loadOwn(host, say) {
  const local = { path: "", study: null, refused: "", sending: new Set() };
  const zone = loadZone(host, local, (files) => send(files), say);
  const sending = h("div", { role: "status" });
  const choices = h("div");
  const [changed, sent] = [whenChanged(), whenChanged()];
  const redraw = () => {
    const { own = { errors: {} }, busy } = host.get("load");
    fill(zone.refusal, loadRefused(local.refused || own.errors.file || own.errors.path));
    if (own.errors.path) zone.path.setAttribute("aria-invalid", "true");
    else zone.path.removeAttribute("aria-invalid");
    underWay();
    if (!own.begun) local.study = null; // the next one has a name of its own
    changed([own, Boolean(busy)], () => fill(choices, loadChoices(host, own, local, say)));
  };
  const underWay = () => {
    const names = [...local.sending].map((one) => one.file.name);
    sent([names, host.get("load").next || []], () => fill(sending, [...local.sending].map((one) => loadSending(one, say)), loadNext(host, say)));
    for (const one of local.sending) one.bar?.(one.share);
  };
  async function send(files) {
    const limit = host.get("load").limit_mb;
    const refused = [];
    local.refused = "";
    const all = files.map((file) => ({ file, share: 0, stopped: false }));
    for (const one of all) local.sending.add(one);
    for (const [k, one] of all.entries()) {
      const progress = (share) => {
        one.share = share;
        underWay();
        return !one.stopped;
      };
      refused.push(progress(0) ? await loadSend(host, one.file, limit, progress, k === 0) : "");
      local.refused = refused.filter(Boolean).join(" ");
      local.sending.delete(one);
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

/** A file on its way, with a way to stop it. The parts stay the same ones while its bar moves. */
function loadSending(one, say) {
  const { name } = one.file;
  const range = { label: say("load-sending", { name }), valuemin: 0, valuemax: 100 };
  const bar = h("i");
  const root = h("div", { class: "wb-bar", role: "progressbar", aria: range }, bar);
  one.bar = (share) => {
    const done = Math.round(100 * share);
    root.setAttribute("aria-valuenow", String(done));
    bar.style.setProperty("width", `${done}%`);
  };
  const stop = h("button", { type: "button", class: "wb-b wb-icon", title: say("load-stop-sending", { name }), aria: { label: say("load-stop-sending", { name }) }, onclick: () => (one.stopped = true) }, "×");
  return [h("div", { class: "wb-beside" }, h("p", {}, say("load-sending", { name })), stop), root];
}

/** Files that are there and wait until what is under way is done. */
function loadNext(host, say) {
  const names = host.get("load").next || [];
  return names.length ? h("p", {}, say("load-next", { name: names.join(", ") })) : null;
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
    loadOrder(host, own, say),
    loadWeights(own, say),
    own.other_outputs.length ? h("p", { class: "wb-quiet" }, say("load-other-outputs", { names: own.other_outputs.join(", ") })) : null,
    own.rescored ? h("p", { class: "wb-quiet" }, say("load-rescored")) : null,
    loadTrain(host, own, say),
    loadName(own, local, say),
    h("div", { class: "wb-actions" }, go, loadAway(host, own, local, say)),
    sentence(own.errors.open, own.cancelled ? "quiet" : "bad"),
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

/** Another order of the classes, where the model's answers speak for one, or its outputs are as many as the labels. */
function loadOrder(host, own, say) {
  if (!own.order) return null;
  const { classes, right, before, count } = own.order;
  const names = classes.slice(0, 12).join(", ") + (classes.length > 12 ? " …" : "");
  const [better, now] = right === undefined ? [] : [right, before].map((share) => said(share, "share"));
  const text = right === undefined ? say("load-labels-are", { names, count: classes.length }) : say("load-order", { names, better, now, count });
  const press = () => host.ask("own", { task: "", classes });
  return h("div", { class: "wb-own-order", role: "status" }, h("p", {}, text), h("button", { type: "button", class: "wb-b", data: { key: "own-order" }, onclick: press }, say("load-order-take")));
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

function loadAway(host, own, local, say) {
  if (!own.begun) return null;
  const press = () => {
    for (const one of local.sending) one.stopped = true;
    host.ask("own", { away: true });
  };
  return h("button", { type: "button", class: "wb-b", data: { key: "own-away" }, onclick: press }, say("load-away"));
}
