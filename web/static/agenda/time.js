// Minutes of a day: limits of a drawing, and formats.

export const step = 15; // step of a pointer in minutes
export const stride = 30; // step of an arrow key in minutes
export const least = 60; // minimum length of an opening in minutes
export const whole = 24 * 60;

/** @param {number} minutes */
export function snap(minutes) { return Math.round(minutes / step) * step; }

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) { return Math.min(Math.max(value, low), high); }

/** @param {number} minutes as the value of a time input */
export function typed(minutes) {
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** @param {number} minutes as text for people */
export function clock(minutes) {
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}\u00a0h${rest ? `\u00a0${String(rest).padStart(2, "0")}` : ""}`;
}
