// Captions under the picture, for whoever hears little; see captioner.js. They are not read out.

import { Captioner, onDevice } from "./captioner.js";
import { element } from "./page.js";

const promise = "Les sous-titres se font sur votre appareil. Rien n’en est gardé.";

export class CaptionPanel {
  #page;
  #told;
  #words = element("captions", HTMLElement);
  /** @type {Captioner | null} */
  #captioner = null;

  /**
   * @param {import("./page.js").Page} page
   * @param {() => void} told they were turned on or off, which the other side must learn
   */
  constructor(page, told) {
    this.#page = page;
    this.#told = told;
    const kind = onDevice();
    if (kind) this.#captioner = new Captioner(kind, { heard: (words) => { this.#words.textContent = words; }, failed: (why) => { this.#turn(false); page.advise(why); } });
    page.caption.hidden = kind === null;
    page.hears = () => this.#follow();
  }

  /** Turns them on or off; returns why they cannot be turned on, in words. */
  async toggle() {
    const on = !this.#page.captions;
    this.#page.closeMenu();
    if (on) this.#page.advise("Le navigateur prépare les sous-titres…");
    const why = on ? await this.#captioner?.prepare() : "";
    if (!why) this.#turn(on);
    return why ?? "";
  }

  /** Nothing of them can be read any more. */
  clear() {
    this.#words.textContent = "";
  }

  /** @param {boolean} on */
  #turn(on) {
    this.#page.captions = on && this.#captioner !== null;
    this.#page.turn(this.#page.caption, this.#page.captions);
    this.#words.hidden = !this.#page.captions;
    this.#words.textContent = promise;
    this.#follow();
    this.#told();
  }

  /** Listens to the sound that is there now. */
  #follow() {
    const { captions, heard } = this.#page;
    if (captions && heard) this.#captioner?.follow(heard);
    else this.#captioner?.stop();
  }
}
