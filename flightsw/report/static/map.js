/* flightsw.map(host, options) -> map: a ground track over coasts and borders, with no request made.

   host       the element that the map fills in width
   options
     title    for readers of the screen
     world    lines as in world.json: {steps_per_deg, coasts, borders}; all of the world or a part
     tracks   [{label, look, dash, points: [[longitude, latitude], ...]}], degrees; look "flown",
              "second", "third" or "plan" (dashed); a null among the points breaks the line
     places   [{label, mark, look, longitude, latitude, quiet}]; look names a colour of theme.css;
              quiet: drawn small, its label only where there is room
     box      [west, south, east, north] in degrees; all tracks and places unless given
     height   px; 320 unless given
     steady   true: the scale changes by steps, for a track that grows

   map.change({tracks, places, box})
   map.redraw()                   in new colours (flightsw.theme.watch calls it)
   map.destroy()

   Equirectangular, longitudes shrunk by the cosine of the middle latitude: true along it. Of less
   than COARSE_DEG no coasts are drawn: those of the world are not as exact as that.
*/
(function (flightsw) {
  "use strict";
  const KM_PER_DEG = 111.195; // of a sphere of the Earth's mean radius, 6371.0088 km
  const LEAST_DEG = 0.02; // two kilometres
  const COARSE_DEG = 0.25;
  const STEPS_DEG = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
  const STEPS_KM = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
  const PLAN_DASH = [6, 5];
  const STEP_PX = 6;

  function map(host, given) {
    const options = { height: 320, tracks: [], places: [], ...given };
    const colour = flightsw.theme.colour;
    const lines = { coasts: decoded(options.world, "coasts"), borders: decoded(options.world, "borders") };
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    const legend = document.createElement("ul");
    legend.className = "fsw-legend";
    host.classList.add("fsw-map");
    host.replaceChildren(canvas, legend);
    describe();

    function describe() {
      const all = [...options.tracks, ...options.places].map((one) => one.label);
      canvas.setAttribute("aria-label", `${options.title ?? "Map"}: ${all.join(", ")}`);
      legend.replaceChildren(
        ...options.tracks.map((track) => item(flightsw.swatch(track), track.label)),
        ...options.places.filter((place) => !place.quiet).map((place) => item(marked(place), place.label)),
      );
    }

    function item(sign, text) {
      const row = document.createElement("li");
      row.append(sign, text);
      return row;
    }

    function marked(place) {
      const span = document.createElement("span");
      span.className = "fsw-mark";
      span.textContent = place.mark;
      return span;
    }

    /* ------------------------------------------------------------------------------ projection */

    function view(width, height) {
      const points = [
        ...options.tracks.flatMap((track) => track.points.filter(Boolean)),
        ...options.places.filter((place) => !place.quiet).map((place) => [place.longitude, place.latitude]),
      ];
      const [west, south, east, north] = options.box ?? around(points);
      const middle = (south + north) / 2;
      const shrink = Math.max(0.05, Math.cos((middle * Math.PI) / 180));
      const across = Math.max((east - west) * shrink, LEAST_DEG) * 1.16;
      const up = Math.max(north - south, LEAST_DEG) * 1.16;
      const fits = Math.min(width / across, height / up);
      const perDeg = options.steady ? 2 ** (Math.floor(4 * Math.log2(fits)) / 4) : fits;
      const centre = (west + east) / 2;
      return {
        perDeg, shrink, centre, middle,
        x: (longitude) => width / 2 + wrapped(longitude - centre) * shrink * perDeg,
        y: (latitude) => height / 2 - (latitude - middle) * perDeg,
        west: centre - width / 2 / shrink / perDeg, east: centre + width / 2 / shrink / perDeg,
        south: middle - height / 2 / perDeg, north: middle + height / 2 / perDeg,
      };
    }

    /* --------------------------------------------------------------------------------- drawing */

    function draw() {
      const width = host.clientWidth || 600;
      const height = options.height;
      const px = devicePixelRatio;
      canvas.width = Math.round(width * px);
      canvas.height = Math.round(height * px);
      canvas.style.height = `${height}px`;
      const c = canvas.getContext("2d");
      c.scale(px, px);
      const v = view(width, height);
      c.font = "11px system-ui, sans-serif";
      const taken = [];
      graticule(c, v, width, height, taken);
      if (height / v.perDeg > COARSE_DEG) {
        drawWorld(c, v, lines.borders, 0.7, [2, 2]);
        drawWorld(c, v, lines.coasts, 1, []);
      }
      scale(c, v, width, height, taken);
      for (const track of options.tracks) if (track.look === "plan") drawTrack(c, v, track);
      for (const track of options.tracks) if (track.look !== "plan") drawTrack(c, v, track);
      const flown = options.tracks.flatMap((track) => along(track.points.map((point) => point && [v.x(point[0]), v.y(point[1])])));
      const places = options.places.map((place) => ({ ...place, at: [v.x(place.longitude), v.y(place.latitude)] }));
      const loud = places.filter((place) => !place.quiet);
      for (const place of places) {
        const [x, y] = place.at;
        const half = place.quiet ? 4 : 6;
        place.hidden = place.quiet && loud.some((other) => Math.hypot(other.at[0] - x, other.at[1] - y) < 8);
        if (!place.hidden) taken.push([x - half, y - half, x + half, y + half]);
      }
      for (const place of places.sort((a, b) => Boolean(a.quiet) - Boolean(b.quiet))) {
        drawPlace(c, v, place, taken, flown, width, height);
      }
    }

    function graticule(c, v, width, height, taken) {
      const step = STEPS_DEG.find((each) => each * v.shrink * v.perDeg > 62) ?? 30;
      const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
      const write = (text, x, y) => {
        const wide = c.measureText(text).width;
        if (x + wide > width) return;
        flightsw.theme.write(c, text, x, y);
        taken.push([x - 2, y - 11, x + wide + 2, y + 3]);
      };
      c.strokeStyle = colour("rule");
      c.lineWidth = 1;
      const [easts, norths] = [ticks(v.west, v.east, step), ticks(v.south, v.north, step)];
      for (const east of easts) stroke(c, [[v.x(east), 0], [v.x(east), height]]);
      for (const north of norths) stroke(c, [[0, v.y(north)], [width, v.y(north)]]);
      c.fillStyle = colour("dim");
      for (const east of easts) write(degrees(wrapped(east), digits, "E", "W"), v.x(east) + 3, height - 4);
      for (const north of norths) {
        const y = v.y(north) - 3;
        if (y > 11 && y < height - 16) write(degrees(north, digits, "N", "S"), 3, y);
      }
    }

    function drawWorld(c, v, all, alpha, dash) {
      c.strokeStyle = colour("dim");
      c.globalAlpha = alpha;
      c.lineWidth = 1;
      c.setLineDash(dash);
      const half = 180 * v.shrink * v.perDeg;
      c.beginPath();
      for (const { line, box } of all) {
        if (box[3] < v.south || box[1] > v.north) continue;
        let last = null;
        for (let i = 0; i < line.length; i += 2) {
          const x = v.x(line[i]);
          const y = v.y(line[i + 1]);
          if (last == null || Math.abs(x - last) > half) c.moveTo(x, y);
          else c.lineTo(x, y);
          last = x;
        }
      }
      c.stroke();
      c.setLineDash([]);
      c.globalAlpha = 1;
    }

    function drawTrack(c, v, track) {
      c.strokeStyle = colour(track.look === "plan" ? "dim" : track.look);
      c.lineWidth = track.look === "plan" ? 1.5 : 2.2;
      c.setLineDash(track.look === "plan" ? PLAN_DASH : flightsw.DASHES[track.dash ?? 0]);
      let piece = [];
      for (const point of [...track.points, null]) {
        if (point) piece.push([v.x(point[0]), v.y(point[1])]);
        else piece = stroke(c, piece);
      }
      c.setLineDash([]);
    }

    /* Its label stands off the tracks where there is room for that. */
    function drawPlace(c, v, place, taken, flown, width, height) {
      const [x, y] = place.at;
      if (x < 0 || y < 0 || x > width || y > height) return;
      c.fillStyle = colour(place.look ?? "text");
      c.font = place.quiet ? "10px system-ui, sans-serif" : "bold 15px system-ui, sans-serif";
      c.textAlign = "center";
      c.textBaseline = "middle";
      if (!place.hidden) c.fillText(place.mark, x, y);
      c.textAlign = "left";
      c.textBaseline = "alphabetic";
      c.font = "11px system-ui, sans-serif";
      const wide = c.measureText(place.label).width;
      const beside = [[9, 4], [-9 - wide, 4]];
      const around = [-11, 20, -24, 33].flatMap((dy) => [[-wide / 2, dy], [9, dy], [-9 - wide, dy]]);
      const free = [...beside, ...(place.quiet ? around.slice(0, 6) : around)].map(([dx, dy]) => [x + dx, y + dy - 10, x + dx + wide, y + dy + 2]).filter((box) => {
        const inside = box[0] > 0 && box[2] < width && box[1] > 0 && box[3] < height;
        return inside && !taken.some((other) => overlap(box, other));
      });
      const box = free.find((each) => !flown.some(([px, py]) => overlap(each, [px - 2, py - 2, px + 2, py + 2]))) ?? free[0];
      if (!box) return;
      taken.push(box);
      flightsw.theme.write(c, place.label, box[0], box[1] + 10);
    }

    function scale(c, v, width, height, taken) {
      const km = STEPS_KM.findLast((each) => (each / KM_PER_DEG) * v.perDeg < 130) ?? STEPS_KM[0];
      const wide = (km / KM_PER_DEG) * v.perDeg;
      const right = width - 10;
      c.strokeStyle = c.fillStyle = colour("text");
      c.lineWidth = 1.5;
      stroke(c, [[right - wide, height - 24], [right - wide, height - 20], [right, height - 20], [right, height - 24]]);
      c.textAlign = "right";
      flightsw.theme.write(c, km < 1 ? `${km * 1000} m` : `${km} km`, right, height - 28);
      c.textAlign = "left";
      taken.push([right - Math.max(wide, 45), height - 40, right, height - 18]);
    }

    const resized = new ResizeObserver(draw);
    resized.observe(host);
    const unwatch = flightsw.theme.watch(draw);
    return {
      change(some) {
        Object.assign(options, some);
        describe();
        draw();
      },
      redraw: draw,
      destroy() {
        unwatch();
        resized.disconnect();
        host.replaceChildren();
      },
    };
  }

  function decoded(world, kind) {
    const steps = world?.steps_per_deg ?? 1;
    return (world?.[kind] ?? []).map((differences) => {
      const line = new Float32Array(differences.length);
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      let x = 0, y = 0;
      for (let i = 0; i < differences.length; i += 2) {
        x += differences[i];
        y += differences[i + 1];
        line[i] = x / steps;
        line[i + 1] = y / steps;
        box[0] = Math.min(box[0], line[i]); box[1] = Math.min(box[1], line[i + 1]);
        box[2] = Math.max(box[2], line[i]); box[3] = Math.max(box[3], line[i + 1]);
      }
      return { line, box };
    });
  }

  /* The box of points, longitudes counted from the first so that the antimeridian is no edge. */
  function around(points) {
    if (!points.length) return [-180, -80, 180, 80];
    const first = points[0][0];
    const longitudes = points.map(([longitude]) => first + wrapped(longitude - first));
    const latitudes = points.map(([, latitude]) => latitude);
    return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
  }

  const wrapped = (longitude) => ((((longitude + 180) % 360) + 360) % 360) - 180;
  const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const degrees = (value, digits, plus, minus) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? minus : plus}`;

  /* Points on a line of points, not more than STEP_PX apart. */
  function along(points) {
    const found = [];
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1], points[i]];
      if (!a || !b) continue;
      const steps = Math.min(100, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / STEP_PX)) || 1;
      for (let k = 0; k <= steps; k++) found.push([a[0] + ((b[0] - a[0]) * k) / steps, a[1] + ((b[1] - a[1]) * k) / steps]);
    }
    return found;
  }

  function ticks(from, to, step) {
    const found = [];
    for (let i = Math.ceil(from / step); i * step <= to; i++) found.push(i * step);
    return found;
  }

  function stroke(c, points) {
    if (points.length > 1) {
      c.beginPath();
      points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
      c.stroke();
    }
    return [];
  }

  flightsw.map = map;
})((globalThis.flightsw ??= {}));
