// Where somebody points, whatever the size of the picture and whatever the other side sends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawable, onDocument, placeIn, placeWords, strideTo } from "../static/call/marks.js";

const box = { left: 100, top: 50, width: 400, height: 200 };

test("a place is the same on a picture of any size, and never outside it", () => {
  assert.deepEqual(placeIn({ clientX: 300, clientY: 100 }, box), { x: 0.5, y: 0.25 });
  assert.deepEqual(placeIn({ clientX: 0, clientY: 1000 }, box), { x: 0, y: 1 });
  assert.deepEqual(placeIn({ clientX: 1, clientY: 1 }, { left: 1, top: 1, width: 0, height: 0 }), { x: 0, y: 0 });
});

test("a mark of the other side is drawn within the picture, and an unknown one not at all", () => {
  const mark = /** @type {const} */ ({ type: "mark", of: onDocument, kind: "circle", x: 7, y: -1 });
  assert.deepEqual(drawable(mark), { ...mark, x: 1, y: 0 });
  assert.deepEqual(drawable({ ...mark, x: NaN, y: Infinity }), { ...mark, x: 0, y: 1 });
  assert.equal(drawable({ ...mark, kind: /** @type {any} */ ("script") }), null);
});

test("arrow keys move the pointer up to the edge, other keys do not", () => {
  assert.deepEqual(strideTo("ArrowRight", { x: 0.5, y: 0.5 }), { x: 0.54, y: 0.5 });
  assert.deepEqual(strideTo("ArrowUp", { x: 0.5, y: 0.01 }), { x: 0.5, y: 0 });
  assert.equal(strideTo("Tab", { x: 0.5, y: 0.5 }), null);
});

test("a place has words", () => {
  for (const [x, y, words] of /** @type {[number, number, string][]} */ ([[0, 0, "en haut à gauche"], [0.5, 0.5, "au milieu"], [1, 0.5, "à droite"], [0.5, 1, "en bas"], [0.9, 0.1, "en haut à droite"]])) assert.equal(placeWords({ x, y }), words);
});
