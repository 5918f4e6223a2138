/* Draws what the page carries: plots and map from the element flightsw-run. It asks for nothing. */
(function (flightsw) {
  "use strict";
  const report = JSON.parse(document.getElementById("flightsw-run").textContent);
  const arrays = report.arrays.map(decoded);

  /* Little-endian float32 to numbers; what is no number is a missing sample. */
  function decoded(base64) {
    const octets = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const view = new DataView(octets.buffer);
    const values = new Array(octets.length / 4);
    for (let i = 0; i < values.length; i++) {
      const value = view.getFloat32(4 * i, true);
      values[i] = Number.isNaN(value) ? null : value;
    }
    return values;
  }

  function draw(host, plot, more) {
    const tables = plot.series.map((one) => [arrays[one.t], arrays[one.y]]);
    flightsw.plot(host, {
      title: plot.title,
      unit: plot.unit,
      digits: plot.digits,
      series: plot.series,
      data: tables.length > 1 ? uPlot.join(tables) : tables[0],
      plan: plot.plan ? { ...plot.plan, t: arrays[plot.plan.t], y: arrays[plot.plan.y] } : null,
      gaps: report.gaps,
      ...more,
    });
  }

  for (const host of document.querySelectorAll("[data-plot]")) {
    const number = Number(host.dataset.plot);
    if (host.dataset.close === undefined) {
      draw(host, report.plots[number], { group: "flight", window: report.window_s, marks: report.marks, written: number === 0, height: number < 2 ? 260 : 190 });
    } else {
      const close = report.close_ups[Number(host.dataset.close)];
      const marks = report.marks.concat(
        close.about.map((one) => ({ t: one.t_s, text: one.truth ? `${one.text} (truth)` : one.text, state: one.truth ? "truth" : "alarm" })),
      );
      draw(host, close.plots[number], { group: `close ${host.dataset.close}`, window: close.window_s, marks, written: number === 0, height: number < 2 ? 230 : 180 });
    }
  }

  const map = document.getElementById("map");
  if (map) flightsw.map(map, { title: "Ground track", height: 360, ...report.track });

  document.getElementById("theme").addEventListener("click", flightsw.theme.toggle);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "t" || event.key === "T") flightsw.theme.toggle();
  });
})((globalThis.flightsw ??= {}));
