// What a reload of the call page must find again: whether the person was in the call, and with
// which devices. It stays in this tab, and the microphone and the camera never come back on if
// they were off.

/** Key of the session storage. */
const kept = `call:${location.pathname}`;

/**
 * @typedef {object} Memory
 * @property {boolean} microphone
 * @property {boolean} camera
 * @property {{microphone: string, camera: string}} chosen identifiers, empty for the browser's own choice
 * @property {string} speaker
 * @property {boolean} veiled whether nothing of the call was to be seen
 * @property {boolean} signing
 * @property {boolean} captions
 */

/** What was kept when the person was last in this call, or null. @returns {Memory | null} */
export function recall() {
  const before = sessionStorage.getItem(kept);
  return before === null ? null : { chosen: { microphone: "", camera: "" }, speaker: "", veiled: false, signing: false, captions: false, ...JSON.parse(before) };
}

/** @param {Memory} memory */
export function keep(memory) {
  sessionStorage.setItem(kept, JSON.stringify(memory));
}
