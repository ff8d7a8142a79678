// What the panel Publish shows beside its form: checks, the card, what was published, the versions of the name.

import { copied, h, svg } from "./dom.js";
import { bytes, figure } from "./format.js";
import "./words-publish.js";
import { WORDS } from "./words.js";

const PUBLISH_MARKS = {
  done: "M3 8.5 6.5 12 13 4.5",
  todo: "M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9",
  doing: "M8 3.5a4.5 4.5 0 1 1-4.5 4.5",
  warn: "M8 2.5 14 13.5H2ZM8 6.5v3.5M8 11.7v.1",
  bad: "M4 4 12 12M12 4 4 12",
};

/** `before` are the states that were shown last, by key: a check that is done now draws its tick. */
export function publishChecks(view, before, say) {
  const checks = view.checks || [];
  if (!checks.length) return null;
  return [
    h("h3", { class: "wb-publish-heading" }, say("publish-checks")),
    h("ul", { class: "wb-checks" }, checks.map((check) => publishCheck(check, before[check.key], say))),
  ];
}

function publishCheck(check, before, say) {
  const mark = svg("svg", { viewBox: "0 0 16 16", class: "wb-check-mark", "aria-hidden": "true" }, svg("path", { d: PUBLISH_MARKS[check.state] }));
  const state = h("span", { class: "wb-sr" }, `${say(`publish-state-${check.state}`)}: `);
  const title = h("span", { class: "wb-check-title" }, state, say(`publish-${check.key}`));
  const says = check.sentence || say(`publish-${check.key}-says`, check.fields);
  const found = h("span", { class: "wb-check-found" }, publishFound(check, say));
  const now = before && before !== check.state ? "yes" : null;
  return h("li", { data: { state: check.state, now } }, mark, title, found, h("span", { class: "wb-check-says wb-quiet" }, says));
}

function publishFound(check, say) {
  if (check.state === "todo") return say("publish-later");
  if (check.state === "doing") return say("publish-doing");
  if (check.fields.found) return check.fields.found;
  const key = check.key === "parity" && !check.fields.difference ? "publish-parity-held" : `publish-${check.key}-${check.state}`;
  return say(key, check.fields);
}

/** A licence as it is called: by its identifier, or in words. */
export function publishLicence(name, say) {
  const key = `publish-licence-${name}`;
  return key in WORDS ? say(key) : name;
}

/** The card with what is typed now. Rows are [key, text]. */
export function publishCard(view, typed, say) {
  if (!(view.card || []).length) return null;
  const own = [
    ["publish-licence", publishLicence(typed.licence || "unspecified", say)],
    ["publish-use", typed.intended_use.trim() || say("publish-card-no-use")],
  ];
  const rows = [...view.card.map(([key, text]) => [`publish-card-${key}`, text]), ...own];
  return [
    h("h3", { class: "wb-publish-heading" }, say(view.done ? "publish-card-published" : "publish-card")),
    h("dl", { class: "wb-publish-card" }, rows.map(([key, text]) => h("div", {}, h("dt", {}, say(key)), h("dd", {}, text)))),
  ];
}

/** `save(name, version)` is pressed for; its answer says whether the archive was offered. */
export function publishDone(view, say, save) {
  if (!view.done) return null;
  const { name, version, path, command, code, card } = view.done;
  const lines = { path, command, code };
  return h(
    "div",
    { class: "wb-done" },
    h("h3", { class: "wb-publish-heading" }, say("publish-published", { name, version })),
    publishSave(name, version, say, save),
    Object.entries(lines).map(([key, text]) => publishLine(say(`publish-${key}`), text, say)),
    h("details", {}, h("summary", {}, say("publish-whole-card")), h("pre", { class: "wb-code", tabindex: "0", "aria-label": say("publish-whole-card") }, h("span", { lang: "en" }, card))),
  );
}

function publishSave(name, version, say, save) {
  const told = h("span", { class: "wb-quiet", role: "status" });
  const button = h("button", { type: "button", class: "wb-b" }, say("publish-save"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = say("publish-saving");
    const done = await save(name, version).catch(() => false); // a connection that is closed
    told.textContent = say(done ? "publish-saved" : "publish-not-saved");
    button.disabled = false;
  });
  return h("div", { class: "wb-actions" }, button, told);
}

function publishLine(label, text, say) {
  const button = h("button", { type: "button", class: "wb-b", aria: { label: `${say("publish-copy")}: ${label}` } }, say("publish-copy"));
  button.addEventListener("click", async () => {
    const done = await copied(text);
    button.textContent = say(done ? "copied" : "not-copied");
    setTimeout(() => {
      button.textContent = say("publish-copy");
    }, 2500);
  });
  return h("div", { class: "wb-done-line" }, h("span", { class: "wb-quiet" }, label), h("pre", { class: "wb-code", role: "group", tabindex: "0", aria: { label } }, text), button);
}

export function publishVersions(language, view, say) {
  const versions = view.versions || [];
  if (!versions.length) return null;
  const title = say("publish-versions", { name: versions[0].name });
  const heads = [["version"], ["file"], ["size", "wb-n"], ["test-short", "wb-n"], ["date", "wb-versions-wide"]];
  const date = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  return h(
    "div",
    { class: "wb-versions" },
    h("h3", { class: "wb-publish-heading" }, title),
    h(
      "table",
      { aria: { label: title } },
      h("thead", {}, h("tr", {}, heads.map(([key, kind]) => h("th", { scope: "col", class: kind || null }, say(`publish-${key}`))))),
      h("tbody", {}, versions.map((row) => publishRow(row, date))),
    ),
  );
}

function publishRow(row, date) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, String(row.version)),
    h("td", {}, row.file),
    publishFigure(row.size_bytes === null ? ["–", ""] : bytes(row.size_bytes)),
    publishFigure(row.test ? figure(row.test.value, row.test.unit) : ["–", ""]),
    h("td", { class: "wb-versions-wide wb-quiet" }, date.format(new Date(1000 * row.created))),
  );
}

function publishFigure([number, unit]) {
  return h("td", { class: "wb-n" }, number, unit ? h("span", { class: "wb-unit" }, ` ${unit}`) : null);
}
