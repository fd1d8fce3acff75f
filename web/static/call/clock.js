// The remaining time, in everyday words.

const minute = 60_000;

/**
 * @typedef {object} Hours the appointment's instants, in milliseconds
 * @property {number} startsAt
 * @property {number} endsAt
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

/** @param {number} span milliseconds */
function minutes(span) {
  const whole = Math.ceil(span / minute);
  return whole < 60 ? `${whole}\u00a0min` : `${Math.floor(whole / 60)}\u00a0h\u00a0${String(whole % 60).padStart(2, "0")}`;
}
