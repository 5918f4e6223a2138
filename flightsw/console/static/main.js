/* The console's page: it stores what comes, and draws once a frame when something changed. */

import { Charts } from "./charts.js";
import { Events } from "./events.js";
import { Parameters } from "./parameters.js";
import { Stages } from "./stages.js";
import { Store } from "./store.js";
import { clock, degrees, dress, longClock, utc, write } from "./text.js";
import { Track } from "./track.js";
import { View } from "./view.js";
import { facts, Wire } from "./wire.js";

const SLOW_MS = 100; // text changes ten times a second, plots as often as they can
const BACK_MS = 4000;
const FAR_S = 10; // of a step with shift
const at = (id) => document.getElementById(id);

const page = {
  store: null, charts: null, events: null, parameters: null, stages: null, track: null,
  view: new View(),
  gone: performance.now(), // since when there is no server; null while there is one
  back: -Infinity,
  building: false,
  waiting: [], // messages that came while everything was asked for
};
const health = { frames: 0, fps: 0, since: performance.now(), slowest: 0, lag: 0, arrived: null, last: null };
window.flightswHealth = { frames: [], lags: [] }; // for whoever measures

/* ------------------------------------------------------------------------------------- what comes */

const wire = new Wire({
  opened: () => build(),
  gone() {
    page.gone ??= performance.now();
    if (page.store) page.store.gone ??= page.gone;
  },
  message(message) {
    if (page.building) page.waiting.push(message);
    else if (page.store) take(message);
  },
});

function take(message) {
  const known = page.store.take(message);
  health.arrived ??= performance.now();
  if (!known) build();
}

/* Ask for everything and begin anew: at first, when a server comes back, when a replay goes back. */
async function build() {
  if (page.building) return;
  page.building = true;
  page.waiting = [];
  try {
    const known = await facts();
    const store = new Store(known);
    await store.refresh();
    const before = page.store;
    const sameFlight = before !== null && before.run.session === store.run.session;
    const same = sameFlight && JSON.stringify(before.parameters) === JSON.stringify(store.parameters);
    page.store = store;
    if (!isLive()) {
      if (sameFlight && before.generation === store.generation) page.view.hold(store, page.view.t);
      else goLive(); // of another flight nothing stays
    }
    if (same) store.closer(page.charts.zoomed);
    if (same) for (const part of [page.charts, page.events, page.parameters, page.stages, page.track]) part.store = store;
    else begin(store);
    page.charts.drawn = -1;
    page.track.signature = "";
    if (page.gone !== null && page.started) page.back = performance.now();
    page.gone = null;
    page.started = true;
  } catch {
    page.waiting = [];
    setTimeout(() => wire.socket.readyState === WebSocket.OPEN && build(), 500);
  } finally {
    page.building = false;
  }
  for (const message of page.waiting.splice(0)) {
    if (page.building) page.waiting.push(message);
    else if (message.generation >= page.store.generation) take(message);
  }
}

function begin(store) {
  document.title = `${store.run.title} · flightsw`;
  page.charts?.destroy();
  page.charts = new Charts(at("plots"), store);
  page.events = new Events(at("event-rows"), store, choose);
  page.parameters = new Parameters(at("parameter-rows"), store);
  page.stages = new Stages(at("stages"), store);
  page.track?.destroy();
  page.track = new Track(at("map"), at("map-panel"), store);
}

/* ------------------------------------------------------------------------------------ what is drawn */

function frame(time) {
  requestAnimationFrame(frame);
  measure(time);
  const { store } = page;
  if (!store) return banner();
  const now = store.now();
  const live = isLive();
  page.charts.draw({ live, now });
  if (time - (frame.slow ?? -Infinity) >= SLOW_MS) {
    frame.slow = time;
    slowly(store, now, live);
  }
  if (health.arrived !== null) {
    health.lag = performance.now() - health.arrived;
    window.flightswHealth.lags.push(health.lag);
    if (window.flightswHealth.lags.length > 2000) window.flightswHealth.lags.splice(0, 1000);
    health.arrived = null;
  }
}

function slowly(store, now, live) {
  const seen = live ? store.told() : page.view.t;
  const alone = gone() !== null || store.state.halted; // nothing comes, and the clock stands
  const fresh = !alone && !(live && store.lost);
  const valueAt = live ? (name) => store.value(name) : (name) => page.view.value(store, name);
  write(at("title"), store.run.title);
  write(at("vehicle"), store.run.vehicle);
  write(at("run"), [store.run.run && `run ${store.run.run}`, store.run.seed !== null && `seed ${store.run.seed}`, store.run.board && `board ${store.run.board}`].filter(Boolean).join(" · "));
  const { mode, speed, feed, epoch_utc: epoch } = store.state;
  const pace = feed.replay ? feed.replay.speed : speed;
  write(at("mode"), `${mode} ${pace === null ? "max" : `×${pace}`}`);
  write(at("clock"), now === null ? "T−−:−−:−−.−" : longClock(now));
  dress(at("clock"), alone ? "stale" : "");
  write(at("utc"), now === null || !epoch ? "" : utc(epoch, now));
  link(store, now);
  const { word, level, why } = store.state.outlook;
  write(at("outlook"), `${alone ? "⊘ was " : level === "good" ? "✓ " : level === "alarm" ? "▲ " : level === "off" ? "! " : ""}${word}`);
  dress(at("outlook"), `chip ${alone ? "dim" : level}`);
  at("outlook").title = alone ? `as it was told last; nothing comes now: ${why}` : why;
  page.events.draw(store.told());
  page.parameters.draw(fresh || !live ? seen : null, live && !fresh, valueAt);
  page.charts.values(fresh || !live ? seen : null, valueAt);
  page.stages.draw(now, page.events.rows(store.told()), page.view.t);
  page.track.draw(page.charts.withPlan);
  if (!live) page.charts.cursor(page.view.t, valueAt);
  replay(store, now);
  banner(store, now);
  write(at("health"), `${health.fps} fps · drawn ${health.lag.toFixed(0)} ms after it came${store.dropped ? ` · ${store.dropped} messages dropped` : ""}`);
}

function link(store, now) {
  const { link, lost } = store.state;
  const node = at("link");
  if (gone() !== null) {
    write(node, "▲ NO SERVER");
    return dress(node, "chip alarm");
  }
  if (store.state.halted) {
    write(node, "▲ NO FRAMES");
    dress(node, "chip alarm");
  } else if (lost) {
    const silent = `${Math.max(0, now - lost.from_s).toFixed(0)} s`;
    write(node, lost.has_set ? `⊘ below the horizon ${silent}` : `▲ TLM LOST ${silent}`);
    dress(node, lost.has_set ? "chip dim" : "chip alarm");
  } else if (link.last_s === null) {
    write(node, "no frame yet");
    dress(node, "chip dim");
  } else {
    const spoilt = [link.gaps && `${link.gaps} gaps`, link.damaged && `${link.damaged} damaged`, store.dropped && `${store.dropped} dropped`].filter(Boolean);
    write(node, `${link.rate_hz.toFixed(0)} frames/s · ${spoilt.length ? spoilt.join(" · ") : "no gaps"} · lag ${lag(now === null ? null : Math.max(0, store.told() - link.last_s))}`);
    dress(node, spoilt.length ? "chip" : "chip good");
  }
  node.title = `${link.frames} frames, ${link.gaps} gaps, ${link.damaged} damaged, ${link.missing} missing; ${store.dropped} messages dropped for this page`;
}

const lag = (s) => (s === null ? "–" : `${s.toFixed(2)} s`);

/* One state, the worst. */
function banner(store, now) {
  const node = at("banner");
  const say = (kind, text) => {
    dress(node, kind);
    write(node, text);
  };
  const t = performance.now();
  if (gone() !== null) {
    if (!page.started && t - page.gone < 1500) return say("calm", "Waiting for the server.");
    const heard = store && store.told() !== null ? ` What is here was told by then: ${clock(store.told(), 1)}.` : "";
    const [what, then] = page.gone === null ? ["SILENT", "waiting for it"] : ["GONE", "trying again"];
    return say("alarm", `▲ SERVER ${what} for ${((t - gone()) / 1000).toFixed(0)} s. Nothing here is live; ${then}.${heard}`);
  }
  const { lost, feed, link } = store.state;
  const behind = isLive() ? "" : `View held at ${clock(page.view.t)}, ${Math.max(0, now - page.view.t).toFixed(1)} s behind`;
  const held = behind && ` ${behind}: L goes back.`;
  if (feed.failed) return say("alarm", `▲ FLIGHT ENDED: ${feed.failed}${held}`);
  if (feed.note) return say(/gone/.test(feed.note) ? "alarm" : "note", `${/gone/.test(feed.note) ? "▲" : "!"} ${feed.note[0].toUpperCase()}${feed.note.slice(1)}.${held}`);
  if (lost) {
    const { state, from_s: from } = lost;
    const where = state ? `: ${state.altitude_km.toFixed(1)} km, ${state.speed_mps.toFixed(0)} m/s, ${degrees(state.latitude_deg, "N", "S")} ${degrees(state.longitude_deg, "E", "W")}` : "";
    const fall = lost.fall ? ` If it only falls: ${degrees(lost.fall.latitude_deg, "N", "S")} ${degrees(lost.fall.longitude_deg, "E", "W")} at ${clock(lost.fall.t_s, 0)}.` : "";
    const [kind, what] = lost.has_set ? ["calm", "Below the horizon of every station."] : ["alarm", "▲ TELEMETRY LOST."];
    return say(kind, `${what}${held} Last good frame ${clock(from)}${where}.${fall}${search(store, now)}`);
  }
  if (behind) return say("note", `${behind} the flight. L goes back to it.`);
  if (t - page.back < BACK_MS) return say("note", "The server is back; all that was heard meanwhile is here.");
  if (link.last_s === null && store.state.ended) return say("alarm", "▲ NOTHING WAS HEARD of this flight, and it is over.");
  if (now === null || link.last_s === null) return say("calm", "No frame has been heard yet.");
  const next = page.events.rows(store.told()).find((row) => row.mark === "to_come");
  const ahead = next ? `Next in the plan: ${next.title}, ${clock(next.planned_s, 1)}, in ${Math.max(0, next.planned_s - now).toFixed(0)} s.` : "";
  const again = feed.replay ? `Replay${feed.replay.playing ? "" : ", stopped"}. ` : "";
  const { level, why } = store.state.outlook;
  const [kind, mark] = level === "alarm" ? ["alarm", "▲ "] : level === "off" ? ["note", "! "] : ["calm", ""];
  say(kind, `${mark}${again}${why[0].toUpperCase()}${why.slice(1)}. ${ahead}${search(store, now)}`);
}

/* The radars: when they begin to look, and after the flight what came of it. */
function search(store, now) {
  const radar = store.state.feed.concluded?.radar;
  if (radar) return radar.verdict === "detected" ? ` Radar, after the flight: detected on the calculated orbit (${radar.detected_by}, ${clock(radar.detected_s, 0)}).` : " Radar, after the flight: not detected.";
  const opens = store.plan.search_from_s;
  return opens !== null && now < opens && store.lost ? ` Radar search opens in ${(opens - now).toFixed(0)} s.` : "";
}

function replay(store, now) {
  const { replay: played } = store.state.feed;
  at("replay").hidden = !played;
  if (!played) return;
  write(at("play"), played.playing ? "❚❚" : "▶");
  at("play").setAttribute("aria-label", played.playing ? "pause" : "play");
  const scrub = at("scrub");
  [scrub.min, scrub.max] = [played.begin_s, played.end_s];
  if (!scrub.dragged && now !== null) scrub.value = now;
  scrub.setAttribute("aria-valuetext", now === null ? "" : clock(now, 1));
  const speed = at("replay-speed");
  if (document.activeElement !== speed) {
    const known = [...speed.options].find((option) => Number(option.value) === played.speed);
    if (known) speed.value = known.value;
    else speed.add(new Option(`×${played.speed}`, played.speed, true, true));
  }
}

function measure(time) {
  if (health.last !== null) {
    const took = time - health.last;
    health.slowest = Math.max(health.slowest, took);
    window.flightswHealth.frames.push(took);
    if (window.flightswHealth.frames.length > 20000) window.flightswHealth.frames.splice(0, 10000);
  }
  health.last = time;
  health.frames++;
  if (time - health.since >= 1000) {
    health.fps = Math.round((health.frames * 1000) / (time - health.since));
    [health.frames, health.since] = [0, time];
  }
}

/* --------------------------------------------------------------------------------- what is asked */

const isReplay = () => Boolean(page.store?.state.feed.replay);
const isLive = () => page.view.t === null;

/* Since when there is no server, or one that says nothing; null while there is one. */
const gone = () => page.gone ?? (page.building ? null : (page.store?.silent ?? null));

function hold(t) {
  page.events.chosen = null;
  page.view.hold(page.store, t);
}

function goLive() {
  page.view.goLive();
  if (page.events) page.events.chosen = null;
  page.charts?.cursor(null);
  if (page.charts) page.charts.drawn = -1;
}

function goTo(t) {
  if (isReplay()) wire.order({ to_s: t });
  else hold(t);
}

/* From frame to frame, or by seconds; a press adds to what the ones before asked for. */
function step(way, isFar) {
  if (isReplay()) wire.order({ play: false, [isFar ? "by_s" : "by_frames"]: isFar ? way * FAR_S : way });
  else if (isFar) hold((page.view.t ?? page.store.now() ?? 0) + way * FAR_S);
  else {
    page.events.chosen = null;
    page.view.step(page.store, way);
  }
}

/* Go to an event that was heard; one that was not has no time of its own to go to. */
function choose(row) {
  if (row.t_s === null) return;
  goTo(row.t_s);
  page.events.chosen = row.name;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !page.store) return;
  const { target } = event;
  if (target === at("find")) {
    if (event.key !== "Escape") return;
    target.value = "";
    page.parameters.find("");
    target.blur();
    return;
  }
  if (at("help").open || target.matches("select") || (target === at("scrub") && event.key.startsWith("Arrow"))) return;
  if (at("events").contains(target) && page.events.key(event.key, page.store.told())) return event.preventDefault();
  const digit = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
  if (digit) {
    const row = page.events.planned(digit, page.store.told());
    if (row) choose(row);
    return;
  }
  switch (event.key) {
    case " ":
      if (target.matches("button")) return;
      if (isReplay()) wire.order({ play: !page.store.state.feed.replay.playing });
      else if (isLive()) hold(page.store.now() ?? 0);
      else goLive();
      break;
    case "ArrowLeft": step(-1, event.shiftKey); break;
    case "ArrowRight": step(1, event.shiftKey); break;
    case "l": case "L":
      goLive();
      if (isReplay()) wire.order({ to_s: page.store.state.feed.replay.end_s });
      break;
    case "/": at("find").focus(); break;
    case "e": case "E": at("events").focus(); break;
    case "a": case "A":
      if (page.events.alarm) choose(page.events.alarm);
      break;
    case "p": case "P": page.charts.togglePlan(); break;
    case "m": case "M": document.body.classList.toggle("large-map"); break;
    case "t": case "T": flightsw.theme.toggle(); break;
    case "+": case "=": page.charts.zoom(0.5, page.view.t ?? page.store.now() ?? 0); break;
    case "-": page.charts.zoom(2, page.view.t ?? page.store.now() ?? 0); break;
    case "0": page.charts.zoom(0); break;
    case "?": at("help").showModal(); break;
    case "Escape": goLive(); break;
    default: return;
  }
  event.preventDefault();
}

document.addEventListener("keydown", onKey);
at("find").addEventListener("input", (event) => page.parameters?.find(event.target.value));
at("play").addEventListener("click", () => wire.order({ play: !page.store.state.feed.replay.playing }));
at("replay-speed").addEventListener("change", (event) => wire.order({ speed: Number(event.target.value) }));
const scrub = at("scrub");
scrub.addEventListener("input", () => {
  scrub.dragged = true;
  if (performance.now() - (scrub.sent ?? -Infinity) > SLOW_MS) {
    scrub.sent = performance.now();
    wire.order({ to_s: Number(scrub.value) });
  }
});
scrub.addEventListener("change", () => {
  wire.order({ to_s: Number(scrub.value) });
  setTimeout(() => (scrub.dragged = false), 300);
});
requestAnimationFrame(frame);
