// How somebody begins a call: as they were before the page was loaded anew, or as the person
// asked when booking.

/** @typedef {import("./memory.js").Memory} Memory */

/**
 * What the beneficiary asked for when booking.
 * @typedef {object} Asked
 * @property {boolean} byWriting to speak by writing alone
 * @property {boolean} signing sign language
 */

/**
 * @typedef {object} Course
 * @property {{microphone: boolean, camera: boolean}} devices which are opened at once
 * @property {boolean} signing whether the picture comes before the sound
 * @property {boolean} writes whether the one button that enters leaves microphone and camera off
 * @property {boolean} reads whether what is written is open as soon as the person has entered
 */

/**
 * @param {Memory | null} before what was kept when the person was last in this call
 * @param {Asked} asked
 * @param {boolean} isBeneficiary whether it is the person who asked
 * @param {boolean} atOnce whether the person has chosen to enter already
 * @returns {Course}
 */
export function begins(before, asked, isBeneficiary, atOnce) {
  if (before) return { devices: before, signing: before.signing, writes: false, reads: asked.byWriting };
  const writes = asked.byWriting && isBeneficiary;
  return { devices: { microphone: !writes, camera: atOnce && !writes }, signing: asked.signing, writes, reads: asked.byWriting };
}
