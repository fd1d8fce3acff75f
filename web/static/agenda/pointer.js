// The week with a mouse or a finger: on an empty place it draws, on an opening it
// moves the opening, on an opening's edge it resizes it.

import { begun, between, ended, shifted, shortest } from "./hours.js";
import { snap } from "./time.js";

/** @typedef {import("./week.js").Week} Week */
/** @typedef {import("./hours.js").Hours} Hours */

const patience = 350; // milliseconds of a long press
const slack = 6; // pixels that a mouse moves before it draws
const drift = 8; // pixels that a finger may move during a long press

/** @param {Week} week */
export function drawByPointer(week) {
  for (const item of week.grid.openings) addGrips(item);
  week.grid.columns.forEach((column, day) => {
    column.addEventListener("pointerdown", (event) => down(week, event, day));
    const hold = (/** @type {Event} */ event) => { if (week.drawing) event.preventDefault(); };
    column.addEventListener("touchmove", hold, { passive: false });
    column.addEventListener("contextmenu", hold);
  });
}

/** Adds the edges for resizing. @param {HTMLElement} item */
function addGrips(item) {
  for (const end of ["first", "last"]) {
    const grip = document.createElement("span");
    grip.className = `agenda-grip ${end}`;
    item.append(grip);
  }
  const link = item.querySelector("a");
  if (link) link.draggable = false;
}

/** @param {Week} week @param {PointerEvent} event @param {number} day */
function down(week, event, day) {
  if (!week.grid.drawable || event.button !== 0 || !(event.target instanceof Element)) return;
  week.moved = false;
  const item = event.target.closest("[data-opening]");
  const onEvent = event.target.closest("li") && !item;
  if (onEvent || event.target.closest(".agenda-ghost")) return;
  const grip = event.target.closest(".agenda-grip");
  const opening = item instanceof HTMLElement ? item : null;
  if (event.pointerType === "mouse" || grip) {
    if (event.pointerType === "mouse") event.preventDefault();
    new Gesture(week, event, day, opening, grip).follow();
  } else {
    rest(event, () => new Gesture(week, event, day, opening, null).follow());
  }
}

/** Waits for a long press; an earlier movement scrolls the page. @param {PointerEvent} event @param {() => void} then */
function rest(event, then) {
  const over = new AbortController();
  const timer = setTimeout(() => { over.abort(); then(); }, patience);
  const give = (/** @type {PointerEvent} */ e) => {
    const gone = Math.hypot(e.clientX - event.clientX, e.clientY - event.clientY) > drift;
    if (e.type !== "pointermove" || gone) { clearTimeout(timer); over.abort(); }
  };
  for (const name of /** @type {const} */ (["pointermove", "pointerup", "pointercancel"])) addEventListener(name, give, { signal: over.signal });
}

/** One gesture, from pointer down to pointer up. */
class Gesture {
  #week;
  #first;
  #day;
  #opening;
  #grip;
  /** The minute at which it began. */
  #at;
  /** The opening's times before. @type {Hours | null} */
  #was;
  #over = new AbortController();

  /** @param {Week} week @param {PointerEvent} first @param {number} day @param {HTMLElement | null} opening @param {Element | null} grip */
  constructor(week, first, day, opening, grip) {
    this.#week = week;
    this.#first = first;
    this.#day = day;
    this.#opening = opening;
    this.#grip = grip;
    this.#at = week.grid.minuteAt(first.clientY, day);
    this.#was = opening && week.grid.hoursOf(opening);
  }

  /** Follows the pointer until it is released. */
  follow() {
    const { signal } = this.#over;
    this.#week.drop();
    if (!this.#byMouse) this.#move(this.#first); // shows that drawing has begun
    addEventListener("pointermove", (e) => this.#move(e), { signal });
    addEventListener("pointerup", () => this.#end(true), { signal });
    addEventListener("pointercancel", () => this.#end(false), { signal });
    addEventListener("keydown", (e) => { if (e.key === "Escape") this.#giveUp(); }, { signal });
  }

  get #byMouse() { return this.#first.pointerType === "mouse"; }

  /** @param {PointerEvent} event */
  #move(event) {
    const { drawing } = this.#week;
    if (!drawing && this.#byMouse && this.#distance(event) < slack) return;
    const drawn = drawing ?? this.#week.draw(this.#was ?? shortest(this.#day, snap(this.#at)), this.#opening);
    drawn.show(this.#hoursAt(event));
  }

  /** @param {PointerEvent} event */
  #distance(event) {
    return Math.abs(event.clientY - this.#first.clientY) + Math.abs(event.clientX - this.#first.clientX);
  }

  /** The times for that position of the pointer. @param {PointerEvent} event @returns {Hours} */
  #hoursAt(event) {
    const now = this.#week.grid.minuteAt(event.clientY, this.#day);
    const by = now - this.#at;
    if (!this.#was) return between(this.#day, this.#at, now);
    if (!this.#grip) return shifted(this.#was, by, this.#week.grid.dayAt(event.clientX));
    return this.#grip.classList.contains("first") ? begun(this.#was, by) : ended(this.#was, by);
  }

  /** @param {boolean} meant whether the pointer was released, and not cancelled */
  #end(meant) {
    this.#over.abort();
    this.#week.moved = this.#week.drawing !== null && this.#opening !== null;
    if (meant) void this.#week.confirm();
    else this.#week.drop();
  }

  #giveUp() {
    this.#over.abort();
    this.#week.drop();
  }
}
