// The panel Load: what is worked on. Examples, studies that are here, files of one's own; and beside them what the model is and
// what it answers.

import { fill, fresh, h, whenChanged } from "./dom.js";
import { figure, grouped, said } from "./format.js";
import { frame } from "./frame.js";
import { loadOwn } from "./load-own.js";
import { sampleFigure } from "./samples.js";
import "./words-load.js";
import { WORDS, word } from "./words.js";

const LOAD_MOST_NAMED = 20;

export function mountLoad(host) {
  const panel = frame(host, "load", () => host.get("code").load);
  const say = (key, fields) => word(host.language, key, fields);
  panel.state(say("load-lead"));
  const examples = h("div");
  const studies = h("div");
  const own = loadOwn(host, say);
  const shown = h("div");
  const step = h("p", { role: "status" });
  const bar = h("div");
  const stop = h("button", { type: "button", class: "wb-b", data: { key: "load-cancel" }, hidden: true, onclick: () => host.ask("load-cancel") }, say("load-cancel"));
  const group = fresh("wb-example");
  const [chosen, listed, told, busy] = [whenChanged(), whenChanged(), whenChanged(), whenChanged()];
  panel.body.append(h("div", { class: "wb-load" }, h("div", {}, examples, studies, own.root), h("div", {}, h("div", { class: "wb-load-step" }, step, stop), bar, shown)));
  const redraw = () => {
    const view = host.get("load");
    chosen([view.examples, view.selected, view.error], () => fill(examples, loadExamples(host, view, group, say)));
    listed([view.studies, view.study], () => fill(studies, loadStudies(host, view, say)));
    own.redraw();
    busy(loadStep(view.busy, say), () => fill(step, loadStep(view.busy, say)));
    fill(bar, loadBar(view.busy, say));
    stop.hidden = !view.busy?.stop;
    told([view.figures, view.inputs, view.outputs, view.asked, view.classes, view.unlearned, view.remarks, view.samples, view.answering, Boolean(view.busy)], () =>
      fill(shown, loadFacts(view, say), loadClasses(view, say), loadRemarks(view, say), loadSamples(host, view, say), loadNothing(view, say)),
    );
    panel.refuse(view.error);
  };
  host.on("load", redraw);
  redraw();
  return { root: panel.root, close() {} };
}

function loadExamples(host, view, group, say) {
  const rows = (view.examples || []).map((example) =>
    h(
      "label",
      { class: "wb-example" },
      h("input", {
        type: "radio",
        name: group,
        value: example.name,
        checked: example.name === view.selected,
        data: { key: `example-${example.name}` },
        onchange: () => host.ask("load", { example: example.name }),
      }),
      h("span", { class: "wb-example-title" }, say(`load-title-${example.name}`)),
      h("span", { class: "wb-example-size" }, loadFigure(example, 1)),
      h("span", { class: "wb-example-says wb-quiet" }, [loadSays(example, say), ...loadFigure(example, 0)].join(say("load-and"))),
    ),
  );
  const again = view.error && (view.examples || []).some(({ name }) => name === view.selected) ? loadAgain(host, view, say) : null;
  return h("fieldset", { class: "wb-examples" }, h("legend", { class: "wb-sr" }, say("load-examples")), rows, again);
}

/** What an example is; one that was made no longer says how long that takes. */
function loadSays({ name, figures }, say) {
  const made = `load-says-made-${name}`;
  return say(figures && made in WORDS ? made : `load-says-${name}`);
}

/** One of an example's two figures, its quality and its size, in one text; none before it was made. */
function loadFigure({ figures }, k) {
  return figures ? [said(figures[k].value, figures[k].unit)] : [];
}

function loadAgain(host, view, say) {
  const press = () => host.ask("load", { example: view.selected });
  return h("button", { type: "button", class: "wb-b", data: { key: "load-again" }, onclick: press }, say("load-again"));
}

/** Studies of the home as a menu; shown where there is one that is not in hand. */
function loadStudies(host, view, say) {
  const names = (view.studies || []).filter((name) => name !== view.study);
  if (!names.length) return null;
  const id = fresh("wb-studies");
  const menu = h("select", { id, data: { key: "studies" } }, names.map((name) => h("option", { value: name }, name)));
  const press = () => host.ask("load-study", { study: menu.value });
  const button = h("button", { type: "button", class: "wb-b", data: { key: "go-on" }, onclick: press }, say("load-go-on"));
  return h("div", { class: "wb-studies" }, h("label", { for: id }, say(view.study ? "load-other-studies" : "load-studies")), h("div", { class: "wb-beside" }, menu, button));
}

/** The step of what is being made ready, in words. */
export function loadStep(busy, say) {
  if (!busy) return "";
  return busy.of ? say("load-step-epoch", { done: busy.done, of: busy.of }) : say(`load-step-${busy.step}`);
}

function loadBar(busy, say) {
  if (!busy) return null;
  const done = Math.round(100 * busy.share);
  const range = { label: say("load-progress"), valuenow: done, valuemin: 0, valuemax: 100 };
  return h("div", { class: "wb-bar wb-load-bar", role: "progressbar", aria: range }, h("i", { style: { width: `${done}%` } }));
}

function loadFacts(view, say) {
  const facts = [
    ...loadTensors("inputs", view.inputs, say),
    ...loadTensors("outputs", view.outputs, say, view.asked),
    ...(view.figures || []).map(({ label, metric, value, unit }) => [loadName(label, metric, say), figure(value, unit)]),
  ];
  if (!facts.length) return null;
  return h(
    "dl",
    { class: "wb-facts" },
    facts.map(([label, [number, unit]]) =>
      h("div", {}, h("dt", {}, label), h("dd", {}, number, unit ? h("span", { class: "wb-unit" }, ` ${unit}`) : null)),
    ),
  );
}

/** A figure's name; of the quality the measure's own, as the panel Recipe has it. */
function loadName(label, metric, say) {
  const key = `recipe-metric-${metric}`;
  return say(key in WORDS ? key : `load-figure-${label}`);
}

/** Shapes of what goes in or comes out: "1 × 8 × 8", or of a classification "10 classes"; `asked` is a table's column. */
function loadTensors(key, tensors, say, asked = null) {
  return (tensors || []).map((tensor) => {
    const shape = tensor.shape.map((side) => grouped(String(side))).join(" × ") || "1";
    const own = tensors.length > 1 ? tensor.name : asked ? `(${asked})` : "";
    const named = `${say(`load-figure-${key}`)} ${own}`.trim();
    return [named, [tensor.classes ? say("load-classes", { count: tensor.classes }) : shape, ""]];
  });
}

/** Classes that have names, in the order in which the outputs stand for them. */
function loadClasses({ classes = [] }, say) {
  const names = classes.length > LOAD_MOST_NAMED ? [...classes.slice(0, LOAD_MOST_NAMED), "…"] : classes;
  return names.length ? h("p", { class: "wb-load-note wb-quiet" }, say("load-classes-are", { names: names.join(", ") })) : null;
}

/** What has to be said of the data, and of the baseline's quality. */
function loadRemarks({ unlearned = [], remarks = [] }, say) {
  const names = unlearned.slice(0, 8).join(", ") + (unlearned.length > 8 ? " …" : "");
  const said = [...(unlearned.length ? [say("load-unlearned", { names })] : []), ...remarks];
  return said.map((text) => h("p", { class: "wb-load-note" }, text));
}

function loadSamples(host, view, say) {
  const samples = view.samples || [];
  if (!samples.length) return null;
  const answered = samples.some((sample) => sample.answer !== null);
  const key = answered ? "load-answers" : view.answering ? "load-answering" : "load-samples";
  return [
    h("h3", { class: "wb-load-heading" }, say(key, { count: samples.length })),
    h(
      "div",
      { class: `wb-samples wb-samples-${samples[0].kind}` },
      samples.map((sample, k) => sampleFigure(host.language, sample, k + 1)),
    ),
  ];
}

function loadNothing(view, say) {
  const something = view.busy || (view.samples || []).length || (view.figures || []).length || (view.inputs || []).length;
  return something ? null : h("p", { class: "wb-quiet" }, say("load-empty-state"));
}
