// What a panel sees of the world: values by name, news of their change, and questions to the kernel. This is a saved page's,
// which has no kernel and says so; a live widget's is in live-host.js.

import { languageOf } from "./words.js";

/** What panels of one page tell each other without the kernel: a slider's move is heard in the same frame. */
export class News {
  constructor() {
    this.last = new Map();
    this.acts = new Map();
  }

  tell(name, value) {
    this.last.set(name, value);
    for (const act of this.acts.get(name) || []) act(value);
  }

  /** Calls `act` with the newest value, at once where there is one; the answer ends that. */
  heed(name, act) {
    if (!this.acts.has(name)) this.acts.set(name, new Set());
    this.acts.get(name).add(act);
    if (this.last.has(name)) act(this.last.get(name));
    return () => this.acts.get(name).delete(act);
  }
}

/** Over values that were saved: nothing changes from outside, and nobody is there to ask. */
export class SavedHost {
  constructor(values) {
    this.values = values;
    this.live = false;
    this.alive = true;
    this.acts = new Map();
    this.news = new News();
  }

  get language() {
    return languageOf(this.values.language);
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    for (const act of this.acts.get(name) || []) act();
  }

  on(name, act) {
    this.acts.set(name, [...(this.acts.get(name) || []), act]);
  }

  ask() {}

  answer() {
    return Promise.resolve(null);
  }

  watch() {
    return () => {};
  }

  close() {}
}
