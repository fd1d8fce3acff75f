// What fits into a window, whatever its size and that of the text.

import assert from "node:assert/strict";

/** @typedef {import("./person.mjs").Person} Person */

/** A phone upright and on its side, a narrow one, a desktop's window at 100 % and at 400 %. */
const windows = /** @type {const} */ ([[360, 740], [740, 360], [320, 640], [1280, 800], [320, 256]]);

/**
 * The call can be used in every window, also with text of twice its size: nothing is wider
 * than the window, and nothing covers a control, a panel, the words to compare or a picture.
 * @param {...Person} people
 */
export async function callFits(...people) {
  for (const person of people) await inEveryWindow(person, callMisfits);
}

/**
 * The head of the page can be used in every window, also with text of twice its size: each
 * place to go can be reached and read, and covers nothing for good.
 * @param {Person} person
 */
export const headFits = (person) => inEveryWindow(person, headMisfits);

/**
 * @param {Person} person
 * @param {() => string[]} misfits
 */
async function inEveryWindow(person, misfits) {
  const before = person.width;
  for (const [width, height] of windows) {
    await person.resize(width, height);
    for (const text of height > 256 ? ["", "200%"] : [""]) { // it is enlarged already
      await person.ask((size) => { document.documentElement.style.fontSize = size; }, text);
      const found = await person.ask(misfits);
      await person.picture(`${misfits.name} ${height} ${text}`);
      assert.deepEqual(found, [], `${person.name} at ${width} × ${height}${text && ` with text of ${text}`}`);
    }
    await person.ask(() => { document.documentElement.style.fontSize = ""; scrollTo(0, 0); });
  }
  await person.resize(before);
}

/** Runs in the page: what does not fit, in words. */
function callMisfits() {
  const wrong = [];
  const root = document.documentElement;
  const large = root.style.fontSize !== "";
  const box = (/** @type {Element} */ each) => each.getBoundingClientRect();
  const all = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)].filter((each) => box(each).width > 0 && getComputedStyle(each).visibility === "visible");
  const name = (/** @type {Element} */ each) => each.id || each.textContent?.trim().replace(/\s+/g, " ") || each.className;
  const meets = (/** @type {DOMRect} */ a, /** @type {DOMRect} */ b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  if (root.scrollWidth > root.clientWidth) wrong.push(`the page is ${root.scrollWidth} px wide, as is ${[...document.querySelectorAll("body *")].filter((each) => box(each).right > root.clientWidth).map(name).pop()}`);

  scrollTo(0, 0);
  const controls = all(".call-controls > *");
  for (const each of controls) {
    const { left, right, top, bottom } = box(each);
    if (left < 0 || right > innerWidth || (!large && (top < 0 || bottom > innerHeight))) wrong.push(`${name(each)} is out of sight: ${[left, top, right, bottom].map(Math.round)} of ${innerWidth} × ${innerHeight}`);
    if (each.scrollWidth > each.clientWidth + 1) wrong.push(`${name(each)} is cut off`);
    for (const other of controls) if (other !== each && meets(box(each), box(other))) wrong.push(`${name(each)} meets ${name(other)}`);
  }

  // What can be pressed is on top when it is scrolled to.
  for (const each of [...controls, ...all(".call-panel :is(a, button), .call-code summary, .bar > :is(a, button)")]) {
    each.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, right, top, bottom } = box(each);
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (!each.contains(hit)) wrong.push(`${name(each)} is under ${hit ? name(hit) : "nothing, out of sight"}`);
  }

  // The words to compare lie over no face, and one's own picture over no name.
  for (const [one, other] of [["#code", "#stage"], ["#self-frame", ".call-name"]]) {
    const [over] = all(one), [under] = all(other);
    if (over && under && meets(box(over), box(under))) wrong.push(`${name(over)} lies over ${name(under)}`);
  }
  // A panel lies within the stage, with all of its text.
  for (const panel of all(".call-panel")) {
    const frame = document.getElementById("stage");
    if (frame && (box(panel).top < box(frame).top || box(panel).bottom > box(frame).bottom + 1)) wrong.push(`${name(panel)} is cut off`);
    if (panel.scrollHeight > panel.clientHeight + 1) wrong.push(`${name(panel)} scrolls`);
  }
  scrollTo(0, 0);
  return wrong;
}

/** Runs in the page: what of its head does not fit, in words. */
function headMisfits() {
  const wrong = [];
  const root = document.documentElement;
  const box = (/** @type {Element} */ each) => each.getBoundingClientRect();
  const name = (/** @type {Element} */ each) => each.textContent?.trim().replace(/\s+/g, " ") || each.className;
  const meets = (/** @type {DOMRect} */ a, /** @type {DOMRect} */ b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const wide = [...document.querySelectorAll(".bar, .bar *")].filter((each) => box(each).right > root.clientWidth + 1);
  if (wide.length > 0) wrong.push(`the head is wider than the window: ${wide.map(name).slice(-3)}`);

  scrollTo(0, 0);
  const places = [...document.querySelectorAll(".bar nav a")];
  const parts = [...places, ...document.querySelectorAll(".brand, .tel, .exit, .bar > .button")];
  const stays = (/** @type {Element} */ each) => getComputedStyle(each.closest("nav") ?? each).position === "fixed";
  for (const each of parts) {
    for (const other of parts) if (other !== each && stays(each) === stays(other) && meets(box(each), box(other))) wrong.push(`${name(each)} meets ${name(other)}`);
    if (each.matches(".brand") && parts.some((other) => other.matches(".exit") && meets(box(each), box(other)))) wrong.push("the way out hides the name");
  }
  for (const each of parts) {
    each.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, right, top, bottom } = box(each);
    if (left < 0 || right > innerWidth || top < 0 || bottom > innerHeight) wrong.push(`${name(each)} is out of sight: ${[left, top, right, bottom].map(Math.round)} of ${innerWidth} × ${innerHeight}`);
    if (each.scrollWidth > each.clientWidth + 1) wrong.push(`${name(each)} is cut off`);
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (!each.contains(hit)) wrong.push(`${name(each)} is under ${hit ? name(hit) : "nothing"}`);
  }

  // What stays while the rest scrolls leaves room for it, and hides nothing at the end.
  scrollTo(0, root.scrollHeight);
  const bar = document.querySelector(".bar nav"), last = document.querySelector(".foot > :last-child");
  if (bar && last && getComputedStyle(bar).position === "fixed") {
    if (box(bar).height > innerHeight / 2) wrong.push(`the places take ${box(bar).height} of ${innerHeight} px`);
    if (box(last).bottom > box(bar).top + 1) wrong.push(`the places hide ${name(last)}`);
  }
  scrollTo(0, 0);
  return wrong;
}
