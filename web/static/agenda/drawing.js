// What is being drawn, and the button that shows it on the grid.

import { clock } from "./time.js";

/** @typedef {import("./hours.js").Hours} Hours */

export class Drawing {
  #grid;
  #hours;

  /**
   * @param {import("./grid.js").Grid} grid
   * @param {Hours} hours
   * @param {HTMLElement | null} opening the item that is moved, null for a new one
   */
  constructor(grid, hours, opening) {
    this.#grid = grid;
    this.#hours = hours;
    this.opening = opening;
    this.ghost = document.createElement("button");
    this.ghost.type = "button";
    this.ghost.className = "agenda-ghost";
    this.show(hours);
  }

  get hours() { return this.#hours; }

  /** The drawing's label. */
  get words() { return this.ghost.getAttribute("aria-label") ?? ""; }

  /** The link of the opening that is moved. */
  get link() { return this.opening?.querySelector("a") ?? null; }

  /** Shows the drawing at these hours, in the column of its day. @param {Hours} hours */
  show(hours) {
    this.#hours = hours;
    const { day, starts, ends } = hours;
    const column = this.#grid.columns[day];
    if (!column) return;
    if (this.ghost.parentElement !== column) {
      const focused = document.activeElement === this.ghost;
      column.append(this.ghost);
      if (focused) this.ghost.focus();
    }
    this.#place({ "--h": Math.floor(starts / 60), "--m": starts % 60, "--eh": Math.floor(ends / 60), "--em": ends % 60 });
    this.ghost.textContent = `${clock(starts)} – ${clock(ends)}`;
    this.ghost.setAttribute("aria-label", `${this.#grid.name(day)}, de ${clock(starts)} à ${clock(ends)}. Entrée pour continuer.`);
  }

  /** @param {Record<string, number>} numbers that agenda.css places it by */
  #place(numbers) {
    for (const [name, value] of Object.entries(numbers)) this.ghost.style.setProperty(name, String(value));
  }

  remove() { this.ghost.remove(); }
}
