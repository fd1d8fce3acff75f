// The week's grid: converts between days and minutes and positions on the screen.

/** @typedef {import("./hours.js").Hours} Hours */

/** Items are drawn, moved and resized only if the week is shown as a grid. */
const desktop = matchMedia("(min-width: 62rem)");

export class Grid {
  #days;
  #columns;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.#days = elements(element, ".agenda-day");
    this.#columns = this.#days.map((day) => day.querySelector(".agenda-items")).filter((c) => c instanceof HTMLElement);
    this.from = 60 * Number(element.dataset["from"]);
    this.until = 60 * Number(element.dataset["until"]);
  }

  get drawable() { return desktop.matches; }

  get columns() { return this.#columns; }

  get length() { return this.#days.length; }

  /** The openings' items. */
  get openings() { return elements(this.element, "[data-opening]"); }

  /** The links that add an opening to a day. */
  get additions() { return [...this.element.querySelectorAll(".agenda-add:not(.agenda-book) a")].filter((a) => a instanceof HTMLAnchorElement); }

  /** Today's column, 0 in another week. */
  get today() { return Math.max(0, this.#days.findIndex((day) => day.classList.contains("today"))); }

  /** @param {number} day */
  date(day) { return this.#days[day]?.dataset["day"] ?? ""; }

  /** @param {number} day */
  name(day) { return this.#days[day]?.dataset["name"]; }

  /** @param {HTMLElement} item @returns {Hours} the hours of an opening */
  hoursOf(item) {
    const day = this.#days.findIndex((d) => d.contains(item));
    return { day, starts: Number(item.dataset["starts"]), ends: Number(item.dataset["ends"]) };
  }

  /** @param {number} y @param {number} day @returns {number} the minute of the day at that height */
  minuteAt(y, day) {
    const box = this.#columns[day]?.getBoundingClientRect();
    if (!box || box.height === 0) return this.from;
    return this.from + ((y - box.top) / box.height) * (this.until - this.from);
  }

  /** @param {number} x @returns {number} the day at that distance from the left */
  dayAt(x) {
    const found = this.#columns.findIndex((c) => x < c.getBoundingClientRect().right);
    return found < 0 ? this.#columns.length - 1 : found;
  }
}

/** @param {HTMLElement} within @param {string} selector */
function elements(within, selector) {
  return [...within.querySelectorAll(selector)].filter((e) => e instanceof HTMLElement);
}
