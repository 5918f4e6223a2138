/* flightsw.plot(host, options) -> chart: flown values over time, beside a plan that stays a plan.

   host       the element that the chart fills in width
   options
     title    what is drawn, for people and for readers of the screen
     unit, digits                 of the values shown at the cursor
     series   [{label, look, dash}]: look "flown", "second" or "third"; dash 0 (solid) to 5
     data     [t, y, ...], one y a series, all as long as t (s after T-0, ascending).
              null is a missing sample: the line is broken there, never drawn across.
              undefined is no sample at this time: the line goes on (tables of several rates)
     plan     {label, t, y, joined}   the reference, dashed and dim, apart from the data; points alone
              when joined is false
     marks    [{t, text, state, main}]  vertical lines: state "heard", "alarm", "planned" (not heard:
              dashed) or "truth" (not heard either: dotted). Where there is no room for the texts of
              all, alarms and truth are written first, then what is main or planned
     gaps     [{from, to, text}]  stretches without telemetry, hatched; to null: for good; text "no
              telemetry" unless given
     window   [from, to]          of the time axis when nothing is zoomed
     group    charts of one group share cursor and zoom
     height   px; 180 unless given
     written  false: no text beside the marks
     zoomed   called with from and to when the group is zoomed by hand, without arguments when it
              goes back

   chart.set(data)                new values of the same series
   chart.change({plan, marks, gaps, window})
   chart.cursor(t)                to a time, null for none; the group follows
   chart.zoom(from, to)           of the group; without arguments back to the window
   chart.redraw()                 in new colours (flightsw.theme.watch calls it)
   chart.destroy()

   Drag zooms, double click goes back. With the focus on the chart: arrows move the cursor (with shift
   ten times as far), + and - zoom about it, 0 goes back, escape takes the cursor away.
*/
(function (flightsw) {
  "use strict";
  const DASHES = [[], [10, 4], [3, 3], [10, 3, 3, 3], [6, 3], [14, 3, 3, 3, 3, 3]];
  const PLAN_DASH = [6, 5];
  const LABEL_PX = 13;
  const STALE_S = 2;
  const groups = new Map();

  function plot(host, given) {
    const options = { height: 180, digits: 1, marks: [], gaps: [], plan: null, written: true, ...given };
    const group = options.group ?? Symbol("alone");
    const charts = groups.get(group) ?? new Set();
    groups.set(group, charts);
    const colour = flightsw.theme.colour;

    host.classList.add("fsw-plot");
    host.tabIndex = 0;
    host.setAttribute("role", "group");
    host.setAttribute("aria-label", `${options.title}${options.unit ? ", " + options.unit : ""}: chart over time`);
    const frame = document.createElement("div");
    const legend = makeLegend(options);
    host.replaceChildren(frame, legend.list);

    let range = options.window ?? extent(options.data[0], options.plan?.t);
    let isZoomed = false;
    const u = new uPlot(
      {
        width: Math.max(120, host.clientWidth || 600),
        height: options.height,
        legend: { show: false },
        padding: [8, 8, 0, 0],
        scales: { x: { time: false, range: () => range }, y: { range: rangeOfValues } },
        series: [{}, ...options.series.map(seriesOf)],
        axes: [axis({ size: 26, space: 60, values: (_, splits) => splits.map(moment) }), axis({ size: 52, space: 26, values: (_, splits) => splits.map(spaced) })],
        cursor: {
          y: false,
          points: { size: 6 },
          drag: { x: true, y: false, setScale: false },
          bind: { dblclick: () => () => zoom() },
          sync: {
            key: typeof group === "string" ? group : undefined,
            scales: ["x", null],
            filters: { pub: (type) => type === "mousemove" || type === "mouseleave" },
          },
        },
        hooks: {
          drawAxes: [drawUnder],
          draw: [drawOver],
          setCursor: [() => legend.show(u)],
          setSelect: [selected],
        },
      },
      options.data,
      frame,
    );

    /* ---------------------------------------------------------------------------------- scales */

    function extent(...times) {
      const filled = times.filter((t) => t && t.length);
      if (!filled.length) return [0, 1];
      const first = Math.min(...filled.map((t) => t[0]));
      const last = Math.max(...filled.map((t) => t[t.length - 1]));
      return last > first ? [first, last] : [first - 1, first + 1];
    }

    function rangeOfValues(u, low, high) {
      const values = low == null ? [] : [low, high];
      if (options.plan) {
        const { t, y } = options.plan;
        for (let i = 0; i < t.length; i++) if (t[i] >= range[0] && t[i] <= range[1]) values.push(y[i]);
        for (const edge of range) {
          const value = planned(edge);
          if (value != null) values.push(value);
        }
      }
      if (!values.length) return [0, 1];
      const least = Math.min(...values);
      const most = Math.max(...values);
      const digit = 10 ** -options.digits;
      const told = most - least > digit ? most - least : 0; // less is no more than rounding
      const room = Math.max(told * 0.06 || Math.abs(most) * 0.06, digit); // nor is an axis finer than that
      return [least - room, most + room];
    }

    function planned(t) {
      const plan = options.plan;
      if (!plan || plan.joined === false || !plan.t.length || t < plan.t[0] || t > plan.t[plan.t.length - 1]) return null;
      let i = 1;
      while (i < plan.t.length - 1 && plan.t[i] < t) i++;
      const share = (t - plan.t[i - 1]) / (plan.t[i] - plan.t[i - 1] || 1);
      return plan.y[i - 1] + share * (plan.y[i] - plan.y[i - 1]);
    }

    function zoom(from, to) {
      for (const each of charts) each.range(from, to);
      options.zoomed?.(from, to);
    }

    function selected(u) {
      if (u.select.width < 4) return;
      const from = u.posToVal(u.select.left, "x");
      const to = u.posToVal(u.select.left + u.select.width, "x");
      u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      if (to > from) zoom(from, to);
    }

    /* --------------------------------------------------------------------------------- drawing */

    function seriesOf(one) {
      return {
        label: one.label,
        stroke: () => colour(one.look),
        width: 1.5,
        dash: DASHES[one.dash ?? 0],
        points: { show: false },
        spanGaps: false,
      };
    }

    function axis(more) {
      return {
        stroke: () => colour("dim"),
        font: "11px system-ui, sans-serif",
        grid: { stroke: () => colour("rule"), width: 1 },
        ticks: { show: false },
        ...more,
      };
    }

    function drawUnder(u) {
      const c = u.ctx;
      const px = devicePixelRatio;
      const { left, top, width, height } = u.bbox;
      c.save();
      c.beginPath();
      c.rect(left, top, width, height);
      c.clip();
      c.textAlign = "left";
      c.textBaseline = "alphabetic";
      for (const gap of options.gaps) drawGap(c, u, gap, px);
      if (options.plan) drawPlan(c, u, px);
      c.font = `${10 * px}px system-ui, sans-serif`;
      const taken = [];
      for (const mark of [...options.marks].sort((a, b) => rank(a) - rank(b))) {
        const x = Math.round(u.valToPos(mark.t, "x", true)) + 0.5;
        if (x < left || x > left + width) continue;
        const strong = mark.state === "alarm" || mark.state === "truth";
        c.strokeStyle = c.fillStyle = colour(mark.state === "alarm" ? "alarm" : strong ? "text" : "dim");
        c.lineWidth = strong ? 1.25 * px : px * 0.75;
        c.globalAlpha = strong ? 1 : 0.6;
        c.setLineDash((mark.state === "planned" ? [4, 3] : mark.state === "truth" ? [1, 2] : []).map((length) => length * px));
        line(c, x, top, x, top + height);
        c.globalAlpha = 1;
        if (options.written) drawText(c, mark.text, x, taken, u.bbox, px);
      }
      c.restore();
    }

    /* Upright beside its line: left of it, or right where another text or the edge is left. */
    function drawText(c, text, x, taken, { left, top, width, height }, px) {
      const at = [x - 3 * px, x + 11 * px].find((each) => each - 10 * px >= left && each + 2 * px <= left + width && taken.every((other) => Math.abs(each - other) >= LABEL_PX * px));
      if (at === undefined) return;
      taken.push(at);
      c.save();
      c.translate(at, top + height - 4 * px);
      c.rotate(-Math.PI / 2);
      flightsw.theme.write(c, shortened(c, text, height - 8 * px), 0, 0, px);
      c.restore();
    }

    function edges(u, gap) {
      const { left, width } = u.bbox;
      const from = Math.max(left, u.valToPos(gap.from, "x", true));
      return [from, gap.to == null ? left + width : Math.min(left + width, u.valToPos(gap.to, "x", true))];
    }

    function drawGap(c, u, gap, px) {
      const { top, height } = u.bbox;
      const [from, to] = edges(u, gap);
      if (to <= from) return;
      c.save();
      c.beginPath();
      c.rect(from, top, to - from, height);
      c.clip();
      c.strokeStyle = c.fillStyle = colour("dim");
      c.globalAlpha = 0.1;
      c.fillRect(from, top, to - from, height);
      c.globalAlpha = 0.28;
      c.lineWidth = px;
      for (let x = from - height; x < to; x += 9 * px) line(c, x, top + height, x + height, top);
      c.restore();
    }

    /* What gaps are called, over all curves; of two that lie over one another each has its own line. */
    function drawOver(u) {
      const c = u.ctx;
      const px = devicePixelRatio;
      c.save();
      c.textAlign = "left";
      c.textBaseline = "alphabetic";
      c.font = `${10 * px}px system-ui, sans-serif`;
      c.fillStyle = colour("dim");
      for (const [row, gap] of options.gaps.entries()) {
        const [from, to] = edges(u, gap);
        const text = [gap.text ?? "no telemetry", "silent"].find((each) => c.measureText(each).width <= to - from - 10 * px);
        const over = options.gaps.slice(0, row).filter((other) => (other.to ?? Infinity) > gap.from && other.from < (gap.to ?? Infinity));
        if (text) flightsw.theme.write(c, text, from + 6 * px, u.bbox.top + (12 + 13 * over.length) * px, px);
      }
      c.restore();
    }

    function drawPlan(c, u, px) {
      const { t, y, joined = true } = options.plan;
      c.strokeStyle = c.fillStyle = colour("dim");
      c.lineWidth = 1.5 * px;
      c.beginPath();
      for (let i = 0; i < t.length; i++) {
        c.lineTo(u.valToPos(t[i], "x", true), u.valToPos(y[i], "y", true));
      }
      c.setLineDash(PLAN_DASH.map((length) => length * px));
      if (joined) c.stroke();
      c.setLineDash([]);
      if (joined && t.length > 60) return;
      for (let i = 0; i < t.length; i++) {
        c.beginPath();
        c.arc(u.valToPos(t[i], "x", true), u.valToPos(y[i], "y", true), 2.2 * px, 0, 2 * Math.PI);
        c.fill();
      }
    }

    function line(c, x0, y0, x1, y1) {
      c.beginPath();
      c.moveTo(x0, y0);
      c.lineTo(x1, y1);
      c.stroke();
    }

    /* ---------------------------------------------------------------------------------- legend */

    function makeLegend() {
      const list = document.createElement("ul");
      list.className = "fsw-legend";
      const at = document.createElement("output");
      at.className = "fsw-at";
      const rows = [...options.series, ...(options.plan ? [{ label: "plan", ...options.plan, look: "plan" }] : [])];
      const outputs = rows.map((row) => {
        const item = document.createElement("li");
        const value = document.createElement("output");
        item.append(swatch(row), row.label, " ", value);
        list.append(item);
        return value;
      });
      const item = document.createElement("li");
      item.append(at);
      list.append(item);
      return {
        list,
        show(u) {
          const { left, idx } = u.cursor;
          const on = left >= 0 && idx != null;
          const t = on ? u.posToVal(left, "x") : null;
          at.value = on ? clock(t) : "";
          outputs.forEach((output, i) => {
            const isPlan = i >= options.series.length;
            const value = !on ? undefined : isPlan ? planned(t) : nearest(u, i + 1, idx, t);
            const bare = isPlan && options.plan.joined === false;
            output.value = !on || bare ? "" : value == null ? "⊘" : value.toFixed(options.digits);
          });
        },
      };
    }

    /* The sample beside a time. At the edge of a gap, or past the last sample, it holds for STALE_S
       and is then gone: a number without fresh frames is not shown as one. */
    function nearest(u, series, idx, t) {
      const [times, values] = [u.data[0], u.data[series]];
      let before = Math.min(idx + 1, times.length - 1), after = Math.max(idx - 1, 0);
      while (before >= 0 && (times[before] > t || values[before] === undefined)) before--;
      while (after < times.length && (times[after] < t || values[after] === undefined)) after++;
      const sides = [before, after].filter((i) => values[i] != null);
      if (!sides.length) return null;
      const near = sides.reduce((a, b) => (t - times[a] <= times[b] - t ? a : b));
      return sides.length > 1 || Math.abs(t - times[near]) <= STALE_S ? values[near] : null;
    }

    /* ------------------------------------------------------------------------------------ keys */

    function moved(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = (event.shiftKey ? 10 : 1) * ((range[1] - range[0]) / Math.max(1, u.over.clientWidth));
      const middle = (range[0] + range[1]) / 2;
      const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : middle;
      const half = (range[1] - range[0]) / 2;
      switch (event.key) {
        case "ArrowLeft": chart.cursor(Math.max(range[0], at - step)); break;
        case "ArrowRight": chart.cursor(Math.min(range[1], at + step)); break;
        case "+": case "=": zoom(at - half / 2, at + half / 2); chart.cursor(at); break;
        case "-": zoom(at - half * 2, at + half * 2); chart.cursor(at); break;
        case "0": zoom(); break;
        case "Escape": chart.cursor(null); break;
        default: return;
      }
      event.preventDefault();
      event.stopPropagation();
    }
    host.addEventListener("keydown", moved);

    /* ----------------------------------------------------------------------------------- chart */

    const resized = new ResizeObserver(() => {
      const width = host.clientWidth;
      if (width && width !== u.width) u.setSize({ width, height: options.height });
    });
    resized.observe(host);

    const chart = {
      set(data) {
        u.setData(data, false);
        u.setScale("x", { min: range[0], max: range[1] });
      },
      change(some) {
        Object.assign(options, some);
        if (some.window && !isZoomed) chart.range();
        else u.redraw(true, true);
      },
      cursor(t) {
        const left = t == null ? -10 : u.valToPos(t, "x");
        u.setCursor({ left, top: 10 }, true, true);
      },
      zoom,
      range(from, to) {
        isZoomed = from != null;
        range = from == null ? (options.window ?? extent(u.data[0], options.plan?.t)) : [from, to];
        u.setScale("x", { min: range[0], max: range[1] });
      },
      redraw: () => u.redraw(false, true),
      destroy() {
        unwatch();
        resized.disconnect();
        charts.delete(chart);
        if (!charts.size) groups.delete(group);
        u.destroy();
        host.replaceChildren();
      },
    };
    const unwatch = flightsw.theme.watch(chart.redraw);
    charts.add(chart);
    return chart;
  }

  /* A piece of the line as it is drawn, for legends here and beside maps. */
  function swatch({ look, dash = 0, joined = true }) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(space, "line");
    for (const [name, value] of Object.entries({ x1: 0, x2: 26, y1: 5, y2: 5 })) line.setAttribute(name, value);
    line.setAttribute("class", `fsw-look-${look}${joined === false ? " fsw-points" : ""}`);
    const dashes = joined === false ? [0, 12] : look === "plan" ? PLAN_DASH : DASHES[dash];
    line.setAttribute("stroke-dasharray", dashes.join(" "));
    svg.append(line);
    return svg;
  }

  /* The most telling mark first. */
  function rank({ state, main }) {
    return state === "alarm" || state === "truth" ? 0 : main || state === "planned" ? 1 : 2;
  }

  function shortened(c, text, room) {
    if (c.measureText(text).width <= room) return text;
    let end = text.length - 1;
    while (end > 0 && c.measureText(`${text.slice(0, end).trimEnd()}…`).width > room) end--;
    return `${text.slice(0, end).trimEnd()}…`;
  }

  /* Numbers of an axis: a moment of the flight; thousands as the tables have them. */
  const moment = (t) => `T${t < 0 ? "−" : "+"}${Number(Math.abs(t).toFixed(6))}`;
  const spaced = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 6 }).replaceAll(",", "\u202f").replace("-", "−");

  /* A time as it is spoken: T+382.24. */
  function clock(t, digits = 2) {
    return `T${t < 0 && Number(t.toFixed(digits)) !== 0 ? "-" : "+"}${Math.abs(t).toFixed(digits)}`;
  }

  Object.assign(flightsw, { plot, swatch, clock, DASHES });
})((globalThis.flightsw ??= {}));
