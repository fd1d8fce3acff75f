// Where somebody points on a picture that both see, and what they circled: places from 0 to 1,
// from the left and from the top, so that they are right on a picture of any size.

/**
 * @typedef {"pointer" | "circle" | "none"} MarkKind "none" takes away both
 * @typedef {object} Mark
 * @property {"mark"} type
 * @property {string} of what it is on: a document, or the participant whose screen it is
 * @property {MarkKind} kind
 * @property {number} x
 * @property {number} y
 */

/** The subject of a mark on a document. */
export const onDocument = "document";
/** How far one press of an arrow key goes. */
const stride = 0.04;

const within = (/** @type {number} */ part) => Math.min(1, Math.max(0, part)) || 0; // not a number: 0

/**
 * A mark as it may be drawn, wherever the other side put it; null for one that is unknown.
 * @param {Mark} mark
 * @returns {Mark | null}
 */
export function drawable({ of, kind, x, y }) {
  if (!["pointer", "circle", "none"].includes(kind)) return null;
  return { type: "mark", of, kind, x: within(x), y: within(y) };
}

/**
 * Where in the box something happened.
 * @param {{clientX: number, clientY: number}} event
 * @param {{left: number, top: number, width: number, height: number}} box
 */
export function placeIn({ clientX, clientY }, { left, top, width, height }) {
  return { x: within((clientX - left) / width), y: within((clientY - top) / height) };
}

/** Where an arrow key leads, or null for another key. @param {string} key @param {{x: number, y: number}} from */
export function strideTo(key, { x, y }) {
  const right = Number(key === "ArrowRight") - Number(key === "ArrowLeft");
  const down = Number(key === "ArrowDown") - Number(key === "ArrowUp");
  return right || down ? { x: within(x + right * stride), y: within(y + down * stride) } : null;
}

/** A place, in words. @param {{x: number, y: number}} place */
export function placeWords({ x, y }) {
  const third = (/** @type {number} */ part, /** @type {string[]} */ words) => words[Math.min(2, Math.floor(part * 3))] ?? "";
  return [third(y, ["en haut", "", "en bas"]), third(x, ["à gauche", "", "à droite"])].filter(Boolean).join(" ") || "au milieu";
}
