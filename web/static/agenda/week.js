// The week: one drawing at a time, and the server's form that confirms it.

import { Dialog, ask } from "./dialog.js";
import { Drawing } from "./drawing.js";
import { Grid } from "./grid.js";
import { Tools } from "./tools.js";
import { typed } from "./time.js";

/** @typedef {import("./hours.js").Hours} Hours */

export class Week {
  #dialog;
  #tools;
  /** @type {Drawing | null} */
  #drawing = null;
  /** Whether a pointer has just moved an opening: the following click is ignored. */
  moved = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.grid = new Grid(element);
    this.#dialog = new Dialog(element);
    this.#tools = new Tools(element);
  }

  get drawing() { return this.#drawing; }

  /** The button that begins a drawing from the keyboard. */
  get begin() { return this.#tools.begin; }

  /** @param {string} words for screen readers */
  say(words) { this.#tools.say(words); }

  /** Replaces the current drawing. @param {Hours} hours @param {HTMLElement | null} opening @returns {Drawing} */
  draw(hours, opening) {
    this.drop();
    const drawing = new Drawing(this.grid, hours, opening);
    drawing.ghost.addEventListener("click", () => void this.confirm());
    this.#drawing = drawing;
    return drawing;
  }

  drop() {
    this.#drawing?.remove();
    this.#drawing = null;
  }

  /** Opens the form for the drawing. */
  async confirm() {
    if (!this.#drawing) return;
    const { link, hours } = this.#drawing;
    const address = new URL(link ? link.href : "/agenda/ouvertures", location.href);
    address.searchParams.set(link ? "to" : "day", this.grid.date(hours.day));
    address.searchParams.set("starts", typed(hours.starts));
    address.searchParams.set("ends", typed(hours.ends));
    await this.open(address.href, link ?? this.begin);
  }

  /** Opens a form of the server's. @param {string} address @param {HTMLElement} back where the focus returns to */
  async open(address, back) {
    const form = await ask(address);
    if (!form) {
      location.assign(address);
      return;
    }
    this.#dialog.show(form, () => { this.drop(); back.focus(); });
  }
}
