/* Numbers and times as people read them. */

export const clock = (t, digits = 2) => `T${t < 0 && Number(t.toFixed(digits)) !== 0 ? "−" : "+"}${Math.abs(t).toFixed(digits)}`;

/* T+06:24.4, with hours when there are any. */
export function longClock(t) {
  const tenths = Math.floor(Math.abs(t) * 10 + 1e-6);
  const [hours, minutes, seconds] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const two = (n) => String(n).padStart(2, "0");
  return `T${t < 0 && tenths ? "−" : "+"}${hours ? `${two(hours)}:` : ""}${two(minutes)}:${seconds.toFixed(1).padStart(4, "0")}`;
}

export function utc(epoch, t) {
  const at = new Date(Date.parse(epoch) + t * 1000);
  return Number.isNaN(at.valueOf()) ? "" : at.toISOString().replace("T", " ").slice(0, 21);
}

export function shown(parameter, value) {
  if (parameter.kind === "choice") return parameter.values[value] ?? String(value);
  if (parameter.kind === "bit") return value ? "1" : "0";
  if (parameter.kind === "hash") return value.toString(16).padStart(8, "0");
  const scaled = value * parameter.scale;
  if (parameter.digits !== null) return scaled.toFixed(parameter.digits);
  return Number.isInteger(scaled) ? String(scaled) : String(Number(scaled.toPrecision(7)));
}

export const delta = (value) => `${value < 0 && value.toFixed(2) !== "-0.00" ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

export const degrees = (value, plus, minus) => `${Math.abs(value).toFixed(2)} ${value < 0 ? minus : plus}`;

/* An element with a text and classes; the text is only ever text. */
export function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function dress(node, className) {
  if (node.className !== className) node.className = className;
}
