// What a person does in the frontier panel: changed here at once, and told to the kernel, where there is one.

import { spokenPoint } from "./frontier-say.js";

export class FrontierActs {
  constructor(panel) {
    this.panel = panel;
    this.host = panel.host;
    this.state = panel.state;
  }

  say(text) {
    this.panel.say(text);
  }

  spoken(id) {
    this.say(spokenPoint(this.host.language, this.state, this.state.point(id)));
  }

  /** The chosen files go to the session, which other panels read. */
  choose(ids) {
    this.state.picked = [];
    this.state.choose(ids);
    this.sent();
  }

  sent() {
    this.host.ask("choose", { ids: [...this.state.chosen] });
    this.host.news.tell("chosen", [...this.state.chosen]);
    this.panel.redraw();
  }

  take(id) {
    this.state.takeUp(id);
    this.sent();
    this.spoken(id);
  }

  join(id) {
    this.state.join(id);
    this.sent();
    this.spoken(id);
  }

  /** Into the comparison, or out of it. */
  keep(id) {
    this.state.keep(id);
    this.sent();
  }

  /** A failed file: its reason is told, and nothing else is chosen. */
  look(id) {
    this.state.looked = id;
    this.panel.redraw();
    this.spoken(id);
  }

  caught(ids) {
    this.state.picked = ids;
    this.panel.redraw();
  }

  star(id) {
    this.host.ask("star", { id, starred: !this.state.point(id).starred });
  }

  hide(id, hidden) {
    this.host.ask("hide", { id, hidden });
  }

  edit(id) {
    if (!this.host.live) return;
    this.host.ask("edit", { id });
    scrollToPanel("recipe");
  }

  publish(id) {
    if (this.state.chosen[0] !== id) this.state.takeUp(id);
    this.sent();
    scrollToPanel("publish");
  }

  /** Opens the field for a name of one's own, or closes it. */
  rename(id) {
    this.panel.naming = this.panel.naming === id ? null : id;
    this.panel.redraw();
    const field = this.panel.hand.querySelector("input");
    if (field) field.focus();
  }

  label(id, label) {
    this.panel.naming = null;
    this.host.ask("label", { id, label });
    this.panel.redraw();
  }

  /** A limit or the view moved. */
  looked() {
    this.panel.glance();
  }

  settled() {
    this.panel.sendLook();
  }
}

/** The page goes to another panel, where there is one. */
export function scrollToPanel(name) {
  const panel = document.querySelector(`[data-panel="${name}"]`);
  if (panel) panel.scrollIntoView({ block: "start" });
}
