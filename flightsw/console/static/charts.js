/* The plots: flown against the plan, events as lines, silence hatched. Drawn by the shared plot.js. */

import { element, dress, write } from "./text.js";
import { STALE_S } from "./store.js";

const LOOKS = ["flown", "second", "third"];
const [EDGES_PX, LEGEND_PX] = [8, 15]; // of a plot; a legend of one line, before there is one
const LEAST_PX = 70;
const GROUP = "flight";

export class Charts {
  constructor(host, store) {
    this.host = host;
    this.store = store;
    this.withPlan = true;
    this.zoomed = null; // [from, to] when all plots are
    this.drawn = -1;
    this.marked = "";
    const plots = store.plan.plots.filter((plot) => plot.parameters.some((name) => store.index.has(name)));
    const widest = plots.length % 2 ? plots.reduce((a, b) => (b.parameters.length > a.parameters.length ? b : a)) : null;
    this.plots = plots.filter((plot) => plot !== widest).concat(widest ? [widest] : []);
    this.cells = this.plots.map((plot) => this.cell(plot, plot === widest));
    host.replaceChildren(...this.cells.map((cell) => cell.box));
    this.build();
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(host);
  }

  destroy() {
    this.resized.disconnect();
    for (const cell of this.cells) cell.chart.destroy();
    this.host.replaceChildren();
  }

  cell(plot, wide) {
    const box = element("section", "", wide ? "plot wide" : "plot");
    const heading = element("h2", plot.parameters.length > 1 ? `${plot.title}, ${plot.unit}` : plot.title);
    const value = element("b");
    if (plot.parameters.length === 1) heading.append(value);
    const chart = element("div");
    box.append(heading, chart);
    return { box, heading, value, host: chart, plot };
  }

  get window() {
    const { plan, t } = this.store;
    const first = Math.min(t.length ? t[0] : 0, 0);
    const last = Math.max(plan.end_s, t.length ? t[t.length - 1] : 0);
    return [Math.max(first, -30), last];
  }

  build() {
    this.height = this.heights();
    this.width = this.host.clientWidth;
    for (const [i, cell] of this.cells.entries()) {
      cell.chart?.destroy();
      const { plot } = cell;
      const many = plot.parameters.length > 1;
      cell.chart = flightsw.plot(cell.host, {
        title: plot.title,
        unit: plot.unit,
        digits: plot.digits,
        series: plot.parameters.map((_, k) => ({ label: many ? plot.labels[k] : "flown", look: LOOKS[k % LOOKS.length], dash: many ? k % 6 : 0 })),
        data: this.data(plot),
        plan: this.reference(plot),
        window: this.window,
        group: GROUP,
        height: this.height[i],
        written: false,
        zoomed: (from, to) => this.closer(from, to),
      });
    }
    if (this.zoomed) for (const cell of this.cells) cell.chart.range(...this.zoomed);
    this.drawn = -1;
    this.marked = this.held = "";
  }

  /* What heading and legend leave; a legend of many curves may take two lines. */
  heights() {
    return this.cells.map(({ box, heading }) => {
      const legend = box.querySelector(".fsw-legend")?.offsetHeight ?? LEGEND_PX;
      return Math.max(LEAST_PX, box.clientHeight - heading.offsetHeight - legend - EDGES_PX);
    });
  }

  fit() {
    const heights = this.heights();
    if (this.host.clientWidth && (this.host.clientWidth !== this.width || heights.some((h, i) => Math.abs(h - this.height[i]) > 1))) this.build();
  }

  data(plot) {
    const { t, columns } = this.store.shown();
    return [t, ...plot.parameters.map((name) => columns.get(name) ?? t.map(() => null))];
  }

  reference(plot) {
    const curve = plot.parameters.length === 1 && this.withPlan ? this.store.plan.reference[plot.parameters[0]] : null;
    return curve ? { label: "plan", t: curve.t, y: curve.y.map((v) => v * plot.scale), joined: curve.joined } : null;
  }

  togglePlan() {
    this.withPlan = !this.withPlan;
    this.build();
  }

  /* Draw what changed; a held view keeps what it shows. */
  draw({ live, now }) {
    const { store } = this;
    const lost = store.lost;
    const until = lost && !store.state.ended ? Math.round(now * 2) / 2 : null;
    const signature = JSON.stringify([store.events.map((e) => [e.name, e.t_s]), store.state.gaps, lost?.from_s, until, live]);
    const [from, to] = this.window;
    if ((live || this.close !== store.close) && (this.drawn !== store.changed || this.from !== from || this.to !== to)) {
      for (const cell of this.cells) {
        if (this.from !== from || this.to !== to) cell.chart.change({ window: [from, to] });
        cell.chart.set(this.data(cell.plot));
      }
      this.held = "";
      this.drawn = store.changed;
      this.close = store.close;
      [this.from, this.to] = [from, to];
    }
    if (signature === this.marked) return;
    this.marked = signature;
    const heard = new Set(store.events.map((event) => event.name));
    const marks = [
      ...store.events.map((event) => ({ t: event.t_s, text: event.title, state: event.mark === "alarm" ? "alarm" : "heard" })),
      ...store.plan.events.filter((event) => this.withPlan && !heard.has(event.name)).map((event) => ({ t: event.t_s, text: `${event.title}, planned`, state: "planned" })),
    ];
    const gaps = store.state.gaps.map(([from, to]) => ({ from, to }));
    if (lost) gaps.push({ from: lost.from_s, to: until });
    for (const cell of this.cells) cell.chart.change({ marks, gaps });
  }

  /* The newest value beside each heading, or that there is none. */
  values(at, valueAt) {
    for (const { value, plot } of this.cells) {
      if (plot.parameters.length > 1) continue;
      const told = valueAt(plot.parameters[0]);
      const fresh = told !== null && at !== null && at - told[0] <= STALE_S;
      write(value, fresh ? `${(told[1] * plot.scale).toFixed(Math.min(plot.digits, 2))} ${plot.unit}` : `⊘ ${plot.unit}`);
      dress(value, fresh ? "" : "stale");
    }
  }

  /* The cursor of all plots at a time, null: nowhere; the values then are among the samples. */
  cursor(t, valueAt) {
    if (t !== null) this.join(t, valueAt);
    this.cells[0]?.chart.cursor(t);
  }

  /* What is drawn is thinned: put the row of a held view into it, as the server told it. */
  join(t, valueAt) {
    const rows = this.cells.map(({ plot }) => plot.parameters.map((name) => valueAt(name)).map((told) => (told !== null && t - told[0] <= STALE_S ? told[1] * plot.scale : null)));
    const signature = JSON.stringify([t, rows]);
    if (signature === this.held) return;
    this.held = signature;
    for (const [i, { chart, plot }] of this.cells.entries()) {
      const data = this.data(plot);
      const next = data[0].findIndex((each) => each > t);
      const at = next < 0 ? data[0].length : next;
      if (rows[i].some((value) => value !== null)) chart.set(data.map((column, k) => column.toSpliced(at, 0, k ? rows[i][k - 1] : t)));
    }
  }

  zoom(factor, about) {
    if (factor === 0) return this.cells[0]?.chart.zoom();
    const [from, to] = this.zoomed ?? this.window;
    const half = ((to - from) / 2) * factor;
    this.cells[0]?.chart.zoom(about - half, about + half);
  }

  /* Every sample of what is looked at, where the history of the whole flight is thinned. */
  closer(from, to) {
    this.zoomed = from === undefined ? null : [from, to];
    this.store.closer(this.zoomed);
  }
}
