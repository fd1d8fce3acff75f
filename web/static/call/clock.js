// The remaining time, in everyday words.

const minute = 60_000;

/** When the time left is said, in minutes before the end of the hour. */
const marks = Object.freeze([1, 5, 10]);

/**
 * @typedef {object} Hours the appointment's instants, in milliseconds
 * @property {number} startsAt
 * @property {number} endsAt
 * @property {number} missedAt from when on somebody who waits has waited in vain
 * @property {number} closesAt when the server ends the call
 */

/**
 * @param {number} now milliseconds
 * @param {Hours} hours
 */
export function timeLeft(now, hours) {
  if (now < hours.startsAt) return `commence dans ${minutes(hours.startsAt - now)}`;
  if (now < hours.endsAt) return `encore ${minutes(hours.endsAt - now)}`;
  if (now < hours.closesAt) return `heure passée, fermeture dans ${minutes(hours.closesAt - now)}`;
  return "l’heure est passée";
}

/**
 * What is said as time passes: each mark once, and only the last of those that were slept over.
 * @param {number} before milliseconds
 * @param {number} now
 * @param {Hours} hours
 */
export function timeSaid(before, now, { endsAt }) {
  const mark = marks.find((each) => before < endsAt - each * minute && endsAt - each * minute <= now && now < endsAt);
  if (mark === undefined) return "";
  return mark === 1 ? "Il reste une minute." : `Il reste ${mark} minutes.`;
}

/**
 * Whether the end of the hour is near, or past.
 * @param {number} now milliseconds
 * @param {Hours} hours
 */
export function endsSoon(now, { endsAt }) {
  return now >= endsAt - Math.max(...marks) * minute;
}

/**
 * What somebody reads who waits: since when the worker knows, and that the worker is late.
 * @param {number} now milliseconds
 * @param {Hours} hours
 * @param {number | null} toldAt since when the worker knows that somebody waits
 * @param {string} name the worker's
 */
export function waitingSaid(now, { startsAt }, toldAt, name) {
  const known = toldAt === null ? `Un message avertit ${name} si l’attente dure.` : `${name} sait depuis ${clock(toldAt)} que vous attendez.`;
  return now < startsAt + minute ? known : `${known} L’heure a commencé il y a ${Math.floor((now - startsAt) / minute)}\u00a0min.`;
}

/**
 * Whether the worker is so late that other ways are offered.
 * @param {number} now milliseconds
 * @param {Hours} hours
 */
export function waitsInVain(now, { missedAt, endsAt }) {
  return now >= missedAt && now < endsAt;
}

/** The time of day on this device, as in "14 h 03". @param {number} at milliseconds */
function clock(at) {
  const day = new Date(at);
  return `${day.getHours()}\u00a0h\u00a0${String(day.getMinutes()).padStart(2, "0")}`;
}

/** @param {number} span milliseconds */
function minutes(span) {
  const whole = Math.ceil(span / minute);
  return whole < 60 ? `${whole}\u00a0min` : `${Math.floor(whole / 60)}\u00a0h\u00a0${String(whole % 60).padStart(2, "0")}`;
}
