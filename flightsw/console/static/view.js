/* The view: what comes down now, or held at a time; the values then are asked of the server. */

import { ask } from "./wire.js";

export class View {
  constructor() {
    this.t = null; // that it is held at; null: live
    this.values = null; // then; null while they are asked for
    this.waiting = 0; // steps from frame to frame that were asked for and not yet done
    this.stepping = false;
  }

  /* Hold it at a time of the flight. */
  hold(store, t) {
    this.t = Math.min(Math.max(t, store.t[0] ?? 0), store.now() ?? 0);
    this.values = null;
    return this.look(store, 0);
  }

  /* So many samples of the flight's state on or back, each press after the one before. */
  async step(store, count) {
    if (this.t === null) await this.hold(store, store.now() ?? 0);
    this.waiting += count;
    if (this.stepping) return;
    this.stepping = true;
    while (this.waiting && this.t !== null) {
      const steps = this.waiting;
      this.waiting = 0;
      if (!(await this.look(store, steps))) break;
    }
    this.waiting = 0;
    this.stepping = false;
  }

  /* Ask for the values at the view, or some samples from it; an answer that comes too late is none. */
  async look(store, frames) {
    const from = this.t;
    const told = await ask(`/api/values?${new URLSearchParams({ at: from, frames })}`).catch(() => null);
    if (this.t !== from) return this.t !== null; // held elsewhere meanwhile
    if (!told || told.generation !== store.generation) return false;
    this.values = told.values;
    this.t = told.at;
    return true;
  }

  value(store, name) {
    return this.values?.[store.index.get(name)] ?? null;
  }

  goLive() {
    [this.t, this.values, this.waiting] = [null, null, 0];
  }
}
