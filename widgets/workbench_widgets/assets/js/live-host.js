// What a panel of a live widget sees of the world. A saved page has the same without a kernel, in host.js.

import { fresh } from "./dom.js";
import { News } from "./host.js";
import { languageOf } from "./words.js";

const PING_MS = 800;
const LOST_MS = 3200;

/** Over anywidget's model: `get`, `on`, `ask`, and `alive`, which turns false when the kernel has not answered for a while. */
export class LiveHost {
  constructor(model) {
    this.model = model;
    this.live = true;
    this.alive = true;
    this.lostAt = null;
    this.watchers = new Set();
    this.heard = performance.now();
    this.off = [];
    const message = (content, buffers) => this.hear(content, buffers);
    model.on("msg:custom", message);
    this.off.push(() => model.off("msg:custom", message));
    this.timer = setInterval(() => this.beat(), PING_MS);
    this.answers = new Map();
    this.asked = { count: 0 };
    this.mark = fresh("host");
    this.whole = this;
    this.news = new News();
  }

  get language() {
    return languageOf(this.model.get("language"));
  }

  get(name) {
    return this.model.get(name);
  }

  /** This host for panels that may be made anew: closed, it no longer tells them of changes. `whole` is what stays. */
  showing() {
    const off = [];
    return Object.assign(Object.create(this), { off, close: () => off.forEach((undo) => undo()) });
  }

  /** A value that the kernel and other views are told of. */
  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  on(name, act) {
    const event = `change:${name}`;
    this.model.on(event, act);
    this.off.push(() => this.model.off(event, act));
  }

  /** Tells the kernel to do something; what comes of it comes back as changed values. */
  ask(what, fields = {}, buffers = undefined) {
    this.model.send({ ask: what, ...fields }, undefined, buffers);
  }

  /**
   * A question with one answer, bytes as a DataView; null where it was refused, undefined where none came within `patience`
   * milliseconds. Two views of one widget hear each other's answers, so that a question's number has its asker in it.
   */
  answer(what, fields = {}, buffers = undefined, patience = Infinity) {
    this.asked.count += 1;
    const number = `${this.mark}-${this.asked.count}`;
    return new Promise((resolve) => {
      this.answers.set(number, resolve);
      if (Number.isFinite(patience)) setTimeout(() => this.answers.delete(number) && resolve(undefined), patience);
      this.ask(what, { ...fields, number }, buffers);
    });
  }

  /** Calls `act(alive, since)` whenever the kernel is lost or found again. */
  watch(act) {
    this.watchers.add(act);
    return () => this.watchers.delete(act);
  }

  hear(content, buffers = []) {
    this.heard = performance.now();
    this.told(true);
    if (content && content.answer && this.answers.has(content.answer)) {
      this.answers.get(content.answer)(buffers.length ? buffers[0] : content.value);
      this.answers.delete(content.answer);
    }
  }

  beat() {
    try {
      this.ask("ping");
    } catch {
      // a closed connection is a kernel that does not answer
    }
    if (performance.now() - this.heard > LOST_MS) this.told(false);
  }

  told(alive) {
    if (alive === this.alive) return;
    this.alive = alive;
    this.lostAt = alive ? null : new Date(Date.now() - LOST_MS);
    for (const act of this.watchers) act(alive, this.lostAt);
  }

  close() {
    clearInterval(this.timer);
    for (const undo of this.off) undo();
    this.watchers.clear();
  }
}
