/* The list of events. What was heard and what was planned stand in columns of their own, always. */

import { delta, element } from "./text.js";

const MARKS = { in_band: "✓", out_of_band: "!", unplanned: "·", alarm: "▲", not_seen: "⊘", to_come: "○" };
const WORDS = { in_band: "in its band", out_of_band: "out of its band", unplanned: "not planned", alarm: "alarm", not_seen: "not seen", to_come: "to come" };

export class Events {
  constructor(body, store, choose) {
    this.body = body;
    this.store = store;
    this.choose = choose;
    this.signature = "";
    this.known = null;
  }

  /* What was heard, in that order; then what was planned and was not, by its planned time. */
  rows(now) {
    const { plan, events } = this.store;
    const heard = new Set(events.map((event) => event.name));
    const rest = plan.events.filter((event) => !heard.has(event.name));
    return [
      ...events.map((event) => ({ ...event, short: plan.shorts[event.name] ?? event.title })),
      ...rest.map((event) => ({
        name: event.name,
        title: event.title,
        short: event.short,
        mark: now !== null && now > event.t_s + event.band_s ? "not_seen" : "to_come",
        t_s: null,
        planned_s: event.t_s,
      })),
    ];
  }

  draw(now) {
    const rows = this.rows(now);
    const signature = JSON.stringify([rows, this.chosen]);
    if (signature === this.signature) return;
    this.signature = signature;
    const focused = this.focused;
    const digits = new Map(this.store.plan.events.slice(0, 9).map((event, i) => [event.name, i + 1]));
    this.body.replaceChildren(...rows.map((row) => this.row(row, digits.get(row.name))));
    if (focused) this.focus(focused);
    const heard = rows.filter((row) => row.t_s !== null).length;
    if (this.known !== null && heard > this.known) {
      this.body.children[heard - 1]?.scrollIntoView({ block: "nearest" });
    }
    this.known = heard;
  }

  row(row, digit) {
    const line = element("tr", "", row.mark);
    if (row.t_s !== null && this.known !== null && !this.seen?.has(row.name)) line.classList.add("fresh");
    if (row.t_s !== null) (this.seen ??= new Set()).add(row.name);
    if (row.name === this.chosen) line.classList.add("chosen");
    const mark = element("td", MARKS[row.mark] ?? "·", "mark");
    mark.title = WORDS[row.mark];
    const text = element("td", row.short, "text");
    text.title = `${row.title}: ${WORDS[row.mark]}${row.trigger ? `, ${row.trigger}` : ""}${digit ? ` (key ${digit})` : ""}`;
    const isPlanned = typeof row.planned_s === "number";
    const planned = element("td", isPlanned ? row.planned_s.toFixed(1) : "", "planned");
    const heard = element("td", row.t_s !== null ? row.t_s.toFixed(2) : row.mark === "not_seen" ? "not seen" : "–", "heard");
    const late = element("td", row.t_s !== null && isPlanned ? delta(row.t_s - row.planned_s) : "", "delta");
    if (!isPlanned) text.colSpan = 2; // its name has the room of a plan that there is not
    if (row.mark === "not_seen") heard.colSpan = 2;
    line.append(mark, text, ...(isPlanned ? [planned] : []), heard, ...(heard.colSpan === 2 ? [] : [late]));
    line.addEventListener("click", () => this.choose(row));
    line.dataset.event = row.name;
    line.tabIndex = -1; // the list takes the focus, its arrows go from row to row
    return line;
  }

  /* The name of the row that has the focus. */
  get focused() {
    const active = document.activeElement;
    return this.body.contains(active) ? active.dataset.event : null;
  }

  focus(name) {
    [...this.body.children].find((line) => line.dataset.event === name)?.focus();
  }

  /* Keys within the list: arrows from row to row, enter to the event; says whether it was one. */
  key(name, now) {
    const lines = [...this.body.children];
    const at = lines.indexOf(document.activeElement);
    const chosen = lines.findIndex((line) => line.classList.contains("chosen"));
    const newest = lines.findLastIndex((line) => !line.matches(".to_come, .not_seen"));
    const begin = at >= 0 ? at : chosen >= 0 ? chosen : newest;
    const to = { ArrowUp: at < 0 ? begin : at - 1, ArrowDown: at < 0 ? begin : at + 1, Home: 0, End: lines.length - 1 }[name];
    if (to !== undefined) {
      lines[Math.min(Math.max(to, 0), lines.length - 1)]?.focus();
      return true;
    }
    const row = name === "Enter" && this.rows(now).find((each) => each.name === this.focused);
    if (row) this.choose(row);
    return Boolean(row);
  }

  /* The newest alarm that was heard. */
  get alarm() {
    return this.rows(null).findLast((row) => row.mark === "alarm") ?? null;
  }

  /* The n-th planned event, as it stands now. */
  planned(n, now) {
    const event = this.store.plan.events[n - 1];
    return event ? this.rows(now).find((row) => row.name === event.name) : null;
  }
}


export { MARKS };
