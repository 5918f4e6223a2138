/* All parameters: newest value, unit, state of its limits. A value that is too old is not shown. */

import { dress, element, shown, write } from "./text.js";
import { STALE_S } from "./store.js";

const PACKETS = { STATE: "state", HOUSEKEEPING: "computer", DISCRETES: "contacts", TRANSMITTER: "transmitter" };

export class Parameters {
  constructor(body, store) {
    this.store = store;
    const first = new Set(store.wanted);
    const order = store.parameters.map((one, i) => ({ one, i }));
    const groups = [["plotted", order.filter(({ one }) => first.has(one.name))]];
    for (const { one, i } of order) {
      if (first.has(one.name)) continue;
      const name = PACKETS[one.packet] ?? one.packet.toLowerCase();
      const group = groups.find(([known]) => known === name);
      if (group) group[1].push({ one, i });
      else groups.push([name, [{ one, i }]]);
    }
    this.rows = [];
    const lines = [];
    for (const [name, members] of groups) {
      const heading = element("tr", "", "group");
      const cell = element("td", name);
      cell.colSpan = 4;
      heading.append(cell);
      lines.push(heading);
      const own = members.map((member) => this.row(member));
      this.rows.push(...own.map((row) => ({ ...row, heading })));
      lines.push(...own.map((row) => row.line));
    }
    this.none = element("tr", "", "group");
    const cell = element("td", "");
    cell.colSpan = 4;
    this.none.append(cell);
    this.none.hidden = true;
    body.replaceChildren(...lines, this.none);
  }

  row({ one, i }) {
    const line = element("tr");
    const text = element("td", part(one.title), "text");
    text.title = `${one.name}: ${one.about}`;
    const [value, unit, limit] = [element("td", "", "value"), element("td", one.unit, "unit"), element("td", "", "limit")];
    line.append(text, value, unit, limit);
    line.dataset.parameter = one.name;
    return { one, i, line, value, limit };
  }

  draw(at, lost, valueAt) {
    for (const { one, line, value, limit } of this.rows) {
      const told = valueAt(one.name);
      const oldest = one.stale_s ?? Infinity;
      const stale = told === null || at === null || lost || at - told[0] > Math.max(oldest, STALE_S);
      const state = stale ? "stale" : condition(one.limits, told[1]);
      write(value, stale ? "⊘" : shown(one, told[1]));
      write(limit, state === "red" ? "▲" : state === "yellow" ? "!" : one.limits && !stale ? "✓" : "");
      dress(line, state);
    }
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    const shown = new Set();
    for (const { one, line, heading } of this.rows) {
      const fits = !wanted || `${one.name} ${one.title}`.toLowerCase().includes(wanted);
      line.hidden = !fits;
      if (fits) shown.add(heading);
    }
    for (const heading of new Set(this.rows.map((row) => row.heading))) heading.hidden = !shown.has(heading);
    this.none.hidden = shown.size > 0;
    write(this.none.firstChild, `no parameter has "${text.trim()}" in its name; Esc shows all`);
  }
}

/* "Chamber pressure, nozzle" with the part first: a list is cut at its right. */
function part(title) {
  const [what, where] = title.split(", ");
  return where ? `${where}: ${what.toLowerCase()}` : title;
}

function condition(limits, value) {
  if (!limits) return "";
  const [redLow, yellowLow, yellowHigh, redHigh] = limits;
  if ((redLow !== null && value < redLow) || (redHigh !== null && value > redHigh)) return "red";
  if ((yellowLow !== null && value < yellowLow) || (yellowHigh !== null && value > yellowHigh)) return "yellow";
  return "";
}
