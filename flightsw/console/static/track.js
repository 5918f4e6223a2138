/* The map: flown and planned track, last telemetry, computed fall. Drawn by the shared map.js. */

const POINTS = 400;
const AROUND_PX = 4; // below the legend
const [OFTEN_MS, ASKING_MS] = [500, 2000]; // between two drawings; while the history is on its way

export class Track {
  constructor(host, panel, store) {
    this.host = host;
    this.panel = panel;
    this.store = store;
    this.signature = "";
    this.map = flightsw.map(host, { title: "Ground track", world: store.plan.world, steady: true, height: 90, ...this.content() });
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(host);
  }

  destroy() {
    this.resized.disconnect();
    this.map.destroy();
  }

  get height() {
    const legend = this.host.querySelector(".fsw-legend");
    return Math.max(90, this.host.clientHeight - legend.offsetHeight - AROUND_PX);
  }

  fit() {
    if (this.height !== this.drawn) this.map.change({ height: (this.drawn = this.height) });
  }

  /* Only when something moved, and with its history rather than without. */
  draw(withPlan) {
    const { store } = this;
    const signature = JSON.stringify([store.changed, store.lost, withPlan]);
    const wait = store.asking ? ASKING_MS : OFTEN_MS;
    if (signature === this.signature || performance.now() - (this.at ?? -Infinity) < wait) return;
    this.signature = signature;
    this.at = performance.now();
    this.map.change(this.content(withPlan));
    this.fit();
  }

  content(withPlan = true) {
    const { plan, lost, columns, t } = this.store;
    const [longitude, latitude] = [columns.get("longitude_deg") ?? [], columns.get("latitude_deg") ?? []];
    const every = Math.max(1, Math.floor(t.length / POINTS));
    const points = [];
    for (let i = 0; i < t.length; i++) {
      if (longitude[i] === null) points.push(null);
      else if (i % every === 0 || i === t.length - 1) points.push([longitude[i], latitude[i]]);
    }
    const tracks = [{ label: "flown", look: "flown", points }];
    if (withPlan && plan.track.length) tracks.push({ label: "plan", look: "plan", points: plan.track });
    const places = [{ label: "launch", mark: "●", look: "dim", longitude: plan.pad[0], latitude: plan.pad[1] }];
    const newest = points.findLast(Boolean);
    if (lost?.state) {
      const [mark, look] = lost.has_set ? ["◆", "flown"] : ["▲", "alarm"];
      places.push({ label: "last telemetry", mark, look, longitude: lost.state.longitude_deg, latitude: lost.state.latitude_deg });
      if (lost.fall) places.push({ label: "computed fall", mark: "✕", look: "text", longitude: lost.fall.longitude_deg, latitude: lost.fall.latitude_deg });
    } else if (newest) {
      places.push({ label: "now", mark: "◆", look: "flown", longitude: newest[0], latitude: newest[1] });
    }
    places.push(...plan.stations.map((station) => ({ ...station, look: "dim", quiet: true })));
    return { tracks, places };
  }
}
