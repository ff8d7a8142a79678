// The panel Publish: the file in hand becomes the next version of a name. What was typed is kept by the session.

import { captionOf } from "./captions.js";
import { fill, h, whenChanged } from "./dom.js";
import { bytes } from "./format.js";
import { frame, sentence } from "./frame.js";
import { publishFetch } from "./publish-fetch.js";
import { publishForm } from "./publish-form.js";
import { publishCard, publishChecks, publishDone, publishVersions } from "./publish-shown.js";
import "./words-publish.js";
import { word } from "./words.js";

export function mountPublish(host) {
  const panel = frame(host, "publish", () => host.get("code").publish);
  const say = (key, fields) => word(host.language, key, fields);
  panel.state(say("publish-lead"));
  const parts = { file: h("div"), card: h("div"), checks: h("div"), done: h("div", { role: "status" }), versions: h("div") };
  const form = publishForm(host, say, () => {
    redrawCard();
    host.news.tell("typed", form.typed());
  });
  const redrawCard = () => fill(parts.card, publishCard(host.get("publish"), form.typed(), say));
  panel.body.append(
    h("div", { class: "wb-publish" }, h("div", {}, parts.file, form.root, parts.card), h("div", {}, parts.checks, parts.done)),
    parts.versions,
  );
  const [checked, done] = [whenChanged(), whenChanged()];
  let states = {};
  const redraw = () => {
    const view = host.get("publish");
    panel.refuse(view.error);
    form.redraw(view);
    fill(parts.file, publishFile(host.language, view, say));
    redrawCard();
    checked(view.checks, () => fill(parts.checks, publishChecks(view, states, say)));
    states = Object.fromEntries((view.checks || []).map((check) => [check.key, check.state]));
    done(view.done, () => fill(parts.done, publishDone(view, say, (name, version) => publishFetch(host, name, version))));
    fill(parts.versions, publishVersions(host.language, view, say));
  };
  host.on("publish", redraw);
  redraw();
  return { root: panel.root, close() {} };
}

/** Which file: its id and recipe, its size, its quality, the beginning and end of its digest. */
function publishFile(language, view, say) {
  if (!view.file) return sentence(say("publish-none"));
  const { label, steps, size_bytes: size, quality, digest } = view.file;
  const name = captionOf(language, steps, view.file.name);
  const short = digest ? `${digest.slice(0, 4)}…${digest.slice(-4)}` : "";
  return h(
    "div",
    { class: "wb-publish-file" },
    h(
      "p",
      {},
      h("strong", {}, view.candidate === "baseline" ? say("publish-baseline") : view.candidate),
      label ? [" ", h("span", { class: "wb-own-name" }, label)] : null,
      name === view.candidate ? null : ` ${name}`,
    ),
    h("p", { class: "wb-quiet" }, [quality, bytes(size).join("\u00a0")].filter(Boolean).join(", "), "  sha256 ", h("code", {}, short)),
  );
}
