/* The bar: stages as the plan has them, dotted; over it what was flown, as far as it was heard. */

import { MARKS } from "./events.js";

const SPACE = "http://www.w3.org/2000/svg";
const [TOP, HIGH, MARKS_Y] = [13, 18, 44];
const CHARACTER_PX = 6.6;

export class Stages {
  constructor(svg, store) {
    this.svg = svg;
    this.store = store;
    this.signature = "";
  }

  draw(now, rows, view) {
    const { store, svg } = this;
    const width = svg.clientWidth;
    const heard = store.state.link.last_s;
    const step = (t) => (t === null ? null : Math.round(this.x(t, width)));
    const signature = JSON.stringify([width, step(now), step(heard), step(view), rows.map((row) => [row.name, row.mark])]);
    if (signature === this.signature || !width) return;
    this.signature = signature;
    const parts = [];
    const { stages, end_s: end, after } = store.plan;
    const zero = this.x(0, width);
    let before = 0;
    let staggered = -Infinity;
    const segments = [];
    for (const stage of stages) {
      if (stage.from_s > before) segments.push({ label: "coast", from_s: before, to_s: stage.from_s });
      segments.push(stage);
      before = stage.to_s;
    }
    if (end > before) segments.push({ label: stages.length ? after : "", from_s: before, to_s: end });
    const flownTo = this.x(heard ?? this.first, width);
    const nowAt = now === null ? zero : this.x(now, width);
    parts.push(rect(this.x(this.first, width), flownTo, "flown"));
    if (nowAt > flownTo + 2 && store.lost) parts.push(rect(flownTo, nowAt, "silent"));
    for (const { label, from_s, to_s } of segments) {
      const [from, to] = [this.x(from_s, width), this.x(to_s, width)];
      parts.push(rect(from, to, "plan"));
      const wide = label.length * CHARACTER_PX;
      if (wide + 8 < to - from) {
        const middle = (from + to) / 2;
        const over = middle + wide / 2 < flownTo;
        const under = middle - wide / 2 > flownTo;
        if (over || under) parts.push(text(middle, TOP + 13, label, over ? "on" : "", "middle"));
        else parts.push(text(middle, TOP - 3, label, "", "middle"));
      } else if (label !== "coast" && label !== after && from > staggered) {
        parts.push(text(from, TOP - 3, label, "", "start"));
        staggered = from + wide + 8;
      }
    }
    parts.push(...this.marks(rows, width));
    if (now !== null) parts.push(line(nowAt, "now"));
    if (view !== null) parts.push(line(this.x(view, width), "view"));
    svg.setAttribute("viewBox", `0 0 ${width} 46`);
    svg.setAttribute("aria-label", `flown and heard to ${heard === null ? "nothing yet" : `T+${heard.toFixed(0)}`} of ${end.toFixed(0)} s planned`);
    svg.replaceChildren(...parts);
  }

  /* Marks of heard events at the time heard, of others at the planned time; those too close share. */
  marks(rows, width) {
    const places = rows
      .map((row) => ({ ...row, at: this.x(row.t_s ?? row.planned_s, width) }))
      .filter((row) => row.t_s === null || row.mark !== "unplanned")
      .sort((a, b) => a.at - b.at);
    let free = -Infinity;
    return places.map((row) => {
      const at = Math.max(row.at, free);
      free = at + 12;
      const kind = row.mark === "alarm" ? "alarm" : row.mark === "out_of_band" ? "off" : row.t_s !== null ? "heard" : "";
      const made = text(at, MARKS_Y, MARKS[row.mark] ?? "·", kind, "middle");
      const title = document.createElementNS(SPACE, "title");
      title.textContent = `${row.title}: ${row.t_s !== null ? `heard at ${row.t_s.toFixed(2)}` : `planned for ${row.planned_s}, ${row.mark === "not_seen" ? "not seen" : "to come"}`}`;
      made.append(title);
      return made;
    });
  }

  get first() {
    return Math.max(-30, Math.min(0, this.store.t[0] ?? 0));
  }

  x(t, width) {
    const last = Math.max(this.store.plan.end_s, 1);
    return ((Math.min(Math.max(t, this.first), last) - this.first) / (last - this.first)) * (width - 2) + 1;
  }
}

function made(name, attributes) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const rect = (from, to, kind) => made("rect", { x: from, y: TOP, width: Math.max(0, to - from), height: HIGH, class: kind });
const line = (x, kind) => made("line", { x1: x, x2: x, y1: TOP - 4, y2: TOP + HIGH + 4, class: kind });
function text(x, y, words, kind, anchor) {
  const element = made("text", { x, y, class: kind, "text-anchor": anchor });
  element.textContent = words;
  return element;
}
