// The panel beside the picture in which the two write to each other as they type. What was
// written can be read line by line; a line that is still being written is not read out.

import { element } from "./page.js";
import { Transcript, Typist } from "./typing.js";

/** This person's own lines. */
const self = "self";

export class TextPanel {
  #panel = element("text", HTMLElement);
  #field = element("text-field", HTMLInputElement);
  #button = element("write", HTMLButtonElement);
  #transcript = new Transcript();
  #page;
  #typist;
  #nameOf;

  /**
   * @param {import("./page.js").Page} page
   * @param {{write: (message: import("./typing.js").Typing | import("./typing.js").Line) => boolean, nameOf: (id: string) => string}} call
   */
  constructor(page, call) {
    this.#page = page;
    this.#nameOf = (/** @type {string} */ id) => (id === self ? "Vous" : call.nameOf(id));
    this.#typist = new Typist((message) => call.write(message));
    this.#field.addEventListener("input", () => this.#typist.type(this.#field.value));
    element("text-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#finish();
    });
    this.#button.addEventListener("click", () => (this.#panel.hidden ? this.open() : this.close()));
    element("text-close", HTMLButtonElement).addEventListener("click", () => {
      this.close();
      element("more", HTMLElement).focus();
    });
  }

  open() {
    this.#page.closeMenu();
    this.#show(true);
    this.#field.focus();
  }

  close() {
    this.#show(false);
  }

  /**
   * @param {string} from
   * @param {import("./call.js").News} message
   */
  hear(from, message) {
    if (message.type !== "typing" && message.type !== "line") return;
    if (this.#panel.hidden && !this.#page.veiled) this.#page.say(`${this.#nameOf(from)} vous écrit.`, "text");
    this.#transcript.hear(from, message);
    this.#show(true);
    this.#draw();
  }

  /** Somebody can read from now on. */
  met() {
    this.#typist.repeat();
  }

  /** @param {string} who has left */
  left(who) {
    this.#transcript.leave(who);
    this.#draw();
  }

  /** Nothing of it can be read any more. */
  clear() {
    this.#transcript.clear();
    this.#draw();
  }

  /** @param {boolean} shown */
  #show(shown) {
    this.#panel.hidden = !shown;
    this.#page.turn(this.#button, shown);
  }

  #finish() {
    const line = this.#typist.finish();
    if (line === null) return this.#page.advise("Personne ne peut vous lire pour l’instant. Votre texte reste là : réessayez dans un moment.");
    this.#page.advise("");
    this.#field.value = "";
    this.#transcript.add(self, line);
    return this.#draw();
  }

  /** Adds the lines that are new, so that only they are read out. */
  #draw() {
    const list = element("text-lines", HTMLOListElement);
    const shown = /** @type {HTMLLIElement[]} */ ([...list.children]);
    const kept = new Set(this.#transcript.lines);
    for (const each of shown) if (!kept.has(lineOf.get(each) ?? { who: "", text: "" })) each.remove();
    const there = new Set(shown.map((each) => lineOf.get(each)));
    list.append(...this.#transcript.lines.filter((line) => !there.has(line)).map((line) => this.#item(line)));
    element("text-open", HTMLElement).replaceChildren(...[...this.#transcript.open].filter(([, text]) => text !== "").map(([who, text]) => this.#item({ who, text }, "p")));
    list.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {import("./typing.js").Written} line
   * @param {"li" | "p"} [kind]
   */
  #item(line, kind = "li") {
    const item = document.createElement(kind);
    const name = document.createElement("b");
    name.textContent = this.#nameOf(line.who);
    item.append(name, ` ${line.text}`);
    item.classList.toggle("own", line.who === self);
    lineOf.set(item, line);
    return item;
  }
}

/** The line that an element shows. @type {WeakMap<Element, import("./typing.js").Written>} */
const lineOf = new WeakMap();
