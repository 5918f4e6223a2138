/* The way to the server: what is asked for once, and the socket that comes back by itself.

   The handler of a message only stores it; drawing is for the frame that follows. */

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 3000;

export async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export async function facts() {
  const [dictionary, plan, run] = await Promise.all(["/api/dictionary", "/api/plan", "/api/run"].map(ask));
  return { dictionary, plan, run };
}

/* The history of some parameters: {t, values}, null for what was not told. */
export function history(names, { from = -1e6, to = 1e6, points = 1500 } = {}) {
  const query = new URLSearchParams({ from, to, points, parameters: names.join(",") });
  return ask(`/api/history?${query}`);
}

export class Wire {
  /* handlers: opened(), message(object), gone() */
  constructor(handlers) {
    this.handlers = handlers;
    this.wait = FIRST_WAIT_MS;
    this.connect();
  }

  connect() {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      this.handlers.opened();
    };
    socket.onmessage = (event) => this.handlers.message(JSON.parse(event.data));
    socket.onclose = () => {
      this.handlers.gone();
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 1.5);
    };
  }

  order(what) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(what));
  }
}
