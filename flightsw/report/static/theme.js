/* flightsw.theme: the colours of theme.css for what is drawn on a canvas, and the key that turns them.

   Plain scripts, in this order: uPlot.iife.min.js, theme.js, plot.js, map.js. Each adds to the one
   global `flightsw`. They make no request, set no style attribute and evaluate no text, so that they
   run inside a page as well as under a policy of `script-src 'self'; style-src 'self'`.

   flightsw.theme.colour(name)      "--text" and the like of theme.css, resolved: "flown", "dim", ...
   flightsw.theme.write(c, text, x, y, px)   writes on a canvas so that it can be read over lines
   flightsw.theme.toggle()          dark to light and back
   flightsw.theme.watch(redraw)     calls redraw() after every change of colours, also for printing;
                                    returns a function that ends it
*/
(function (flightsw) {
  "use strict";
  const root = document.documentElement;
  const light = matchMedia("(prefers-color-scheme: light)");
  const print = matchMedia("print");
  const watchers = new Set();
  let probe = null;
  let known = new Map();

  function colour(name) {
    if (!known.has(name)) {
      if (!probe) {
        probe = document.createElement("span");
        probe.hidden = true;
        document.body.append(probe);
      }
      probe.style.color = `var(--${name})`;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  }

  function write(c, text, x, y, px = 1) {
    c.save();
    c.setLineDash([]);
    c.strokeStyle = colour("panel");
    c.lineWidth = 3 * px;
    c.lineJoin = "round";
    c.strokeText(text, x, y);
    c.restore();
    c.fillText(text, x, y);
  }

  function changed() {
    known = new Map();
    for (const redraw of watchers) redraw();
  }

  light.addEventListener("change", changed);
  print.addEventListener("change", changed);

  flightsw.theme = {
    colour,
    write,
    toggle() {
      const isLight = root.dataset.theme ? root.dataset.theme === "light" : light.matches;
      root.dataset.theme = isLight ? "dark" : "light";
      changed();
    },
    watch(redraw) {
      watchers.add(redraw);
      return () => watchers.delete(redraw);
    },
  };
})((globalThis.flightsw ??= {}));
