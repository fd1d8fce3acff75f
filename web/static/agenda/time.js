// Minutes of a day: how far a drawing may go, and how they are written.

export const step = 15; // minutes that a pointer moves by
export const stride = 30; // and an arrow key
export const least = 60; // an opening lasts an hour at least
export const whole = 24 * 60;

/** @param {number} minutes */
export function snap(minutes) { return Math.round(minutes / step) * step; }

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) { return Math.min(Math.max(value, low), high); }

/** @param {number} minutes as a time input holds it */
export function typed(minutes) {
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** @param {number} minutes as people say it */
export function clock(minutes) {
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}\u00a0h${rest ? `\u00a0${String(rest).padStart(2, "0")}` : ""}`;
}
