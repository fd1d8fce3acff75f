// How gestures change the drawn times, independently of the page.

import { clamp, least, snap, stride, whole } from "./time.js";

/**
 * Times on one of the days shown.
 * @typedef {object} Hours
 * @property {number} day the day's column in the week
 * @property {number} starts minutes since midnight
 * @property {number} ends
 */

/** The shortest opening that starts at a minute. @param {number} day @param {number} starts @returns {Hours} */
export function shortest(day, starts) { return { day, starts, ends: starts + least }; }

/** From one place of a pointer to another. @param {number} day @param {number} a @param {number} b @returns {Hours} */
export function between(day, a, b) {
  const starts = clamp(snap(Math.min(a, b)), 0, whole - least);
  return { day, starts, ends: clamp(snap(Math.max(a, b)), starts + least, whole) };
}

/** Moved by some minutes to that day, with the same length. @param {Hours} was @param {number} by @param {number} day @returns {Hours} */
export function shifted(was, by, day) {
  const length = was.ends - was.starts;
  const starts = clamp(snap(was.starts + by), 0, whole - length);
  return { day, starts, ends: starts + length };
}

/** With the start moved by some minutes. @param {Hours} was @param {number} by @returns {Hours} */
export function begun(was, by) { return { ...was, starts: clamp(snap(was.starts + by), 0, was.ends - least) }; }

/** With the end moved by some minutes. @param {Hours} was @param {number} by @returns {Hours} */
export function ended(was, by) { return { ...was, ends: clamp(snap(was.ends + by), was.starts + least, whole) }; }

/**
 * What an arrow key does: up and down move the times, or with shift only the
 * end; left and right change the day. Null for any other key.
 * @param {Hours} hours @param {string} key @param {boolean} shift @param {number} days how many are shown
 * @returns {Hours | null}
 */
export function nudged(hours, key, shift, days) {
  const down = { ArrowUp: -stride, ArrowDown: stride }[key];
  const right = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (right !== undefined) return { ...hours, day: clamp(hours.day + right, 0, days - 1) };
  if (down === undefined) return null;
  if (shift) return { ...hours, ends: clamp(hours.ends + down, hours.starts + least, whole) };
  const length = hours.ends - hours.starts;
  const starts = clamp(hours.starts + down, 0, whole - length);
  return { ...hours, starts, ends: starts + length };
}
