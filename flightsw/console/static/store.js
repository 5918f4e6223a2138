/* What the page knows: the plan, the newest values, and a history that stays small. */

import { history } from "./wire.js";

const ROWS_MAX = 9000; // of the history here; then it is asked for anew, thinned by the server
const POINTS = 4000;
export const STALE_S = 2; // older than this without a frame, a number is gone

export class Store {
  constructor({ dictionary, plan, run }) {
    this.generation = dictionary.generation;
    this.parameters = dictionary.parameters;
    this.index = new Map(this.parameters.map((one, i) => [one.name, i]));
    this.plan = plan;
    this.run = run;
    this.state = run.state;
    this.last = this.parameters.map((_, i) => run.last[i] ?? null); // [t, value]
    this.events = run.state.events;
    this.wanted = [...new Set([...plan.plots.flatMap((plot) => plot.parameters), "longitude_deg", "latitude_deg"])].filter((name) => this.index.has(name));
    this.scales = new Map(this.wanted.map((name) => [name, this.parameters[this.index.get(name)].scale]));
    this.clear();
    this.taken = performance.now();
    this.gone = null; // when the server was gone, by the browser's clock
    this.dropped = 0;
    this.asking = false;
    this.later = []; // rows that came while the history was asked for
    this.changed = 0; // counts changes of the history
    this.close = null; // {t, columns} of what is looked at closely
  }

  clear() {
    this.t = [];
    this.columns = new Map(this.wanted.map((name) => [name, []]));
  }

  /* Take a message; says whether it goes on with what is known here, or all must be asked for anew. */
  take(message) {
    // What a message says may be older than what was asked for while it waited; heard is heard.
    const events = message.events && message.events.length >= this.events.length ? message.events : this.events;
    const known = message.generation === this.generation;
    if (known && (message.more || message.dropped !== this.dropped || this.t.length > ROWS_MAX)) this.refresh();
    this.dropped = message.dropped;
    this.state = message;
    this.events = events;
    this.taken = performance.now();
    for (const row of message.f) this.add(row);
    return known;
  }

  /* While the history is on its way the plots wait for it: what lacks between two rows is no gap. */
  add(row) {
    const t = row[0];
    for (let i = 1; i < row.length; i++) if (row[i] !== null && !(this.last[i - 1]?.[0] > t)) this.last[i - 1] = [t, row[i]];
    if (this.asking) this.later.push(row);
    else this.join(row);
  }

  join(row) {
    const t = row[0];
    const told = this.wanted.some((name) => row[1 + this.index.get(name)] !== null);
    const newest = this.t.length ? this.t[this.t.length - 1] : -Infinity;
    if (!told || t <= newest) return;
    if (t - newest > STALE_S && this.t.length) this.append((t + newest) / 2, () => null);
    this.append(t, (name) => row[1 + this.index.get(name)]);
    this.changed++;
  }

  /* Keep a row, values as people read them. */
  append(t, value) {
    this.t.push(t);
    for (const [name, column] of this.columns) {
      const told = value(name);
      column.push(told === null ? null : told * this.scales.get(name));
    }
  }

  /* Ask for all of the history, thinned for a screen; what comes meanwhile is kept. */
  async refresh() {
    if (!this.wanted.length) return;
    this.again = this.asking;
    if (this.asking) return;
    this.asking = true;
    try {
      const told = await history(this.wanted, { points: POINTS });
      if (told.generation !== this.generation) return;
      this.t = told.t;
      this.columns = this.scaled(told);
      this.changed++;
    } finally {
      this.asking = false;
      for (const row of this.later.splice(0)) this.join(row);
      if (this.again) this.refresh();
    }
  }

  /* Ask for every row of a stretch of time, as far as a screen can show them; null: of none. */
  async closer(stretch) {
    this.close = null;
    this.changed++;
    if (!stretch || !this.wanted.length) return;
    const [from, to] = stretch;
    this.asked = stretch;
    const told = await history(this.wanted, { from, to, points: POINTS }).catch(() => null);
    if (this.asked !== stretch || !told || told.generation !== this.generation) return;
    this.close = { t: told.t, columns: this.scaled(told) };
    this.changed++;
  }

  /* What the plots show: the history, and in it what was asked for closely. */
  shown() {
    const { t, columns, close, changed } = this;
    if (!close?.t.length) return { t, columns };
    if (this.joined?.changed === changed) return this.joined;
    const begin = t.findIndex((each) => each >= close.t[0]);
    const end = t.findLastIndex((each) => each <= close.t[close.t.length - 1]) + 1;
    const before = begin < 0 ? t.length : begin;
    const within = (whole, piece) => [...whole.slice(0, before), ...piece, ...whole.slice(Math.max(before, end))];
    this.joined = { changed, t: within(t, close.t), columns: new Map([...columns].map(([name, column]) => [name, within(column, close.columns.get(name))])) };
    return this.joined;
  }

  scaled(told) {
    return new Map(told.names.map((name, i) => [name, told.values[i].map((v) => (v === null ? null : v * this.scales.get(name)))]));
  }

  /* The ground's clock now: it goes on between messages, and when no frame comes; without a server
     it stands where that told it last, for then nobody listens. */
  now() {
    if (this.state.now === null || this.gone !== null || this.silent !== null) return this.state.now;
    return this.state.now + ((performance.now() - this.taken) / 1000) * this.state.rate;
  }

  /* Until when the ground has listened, as it told last: to this count ages of values, and what was
     planned until then and not heard is not seen. Between two messages nobody knows yet. */
  told() {
    return this.state.now;
  }

  /* Since when the server says nothing, though it tells the time twice a second; null: it does. */
  get silent() {
    return performance.now() - this.taken > STALE_S * 1000 ? this.taken : null;
  }

  get lost() {
    return this.state.lost;
  }

  value(name) {
    return this.last[this.index.get(name)] ?? null;
  }
}
