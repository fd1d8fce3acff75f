// A pointer and a circle that each side can place on what both see: a shared screen, or a
// document. They go from page to page and are kept nowhere.

import { drawable, onDocument, placeIn, placeWords, strideTo } from "./marks.js";
import { element } from "./page.js";
import { beneficiary, worker } from "./signaling.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {{x: number, y: number}} Place */

/** How often a pointer that moves is told, in milliseconds. */
const together = 50;
/** How long a pointer that rests is shown, in milliseconds. */
const rests = 3000;
/** Whose marks: this person's own. */
const self = "self";

export class Board {
  #page;
  #media;
  #documents;
  #call;
  #board = element("board", HTMLElement);
  #sheet = element("sheet", HTMLElement);
  #marks = element("marks", HTMLElement);
  #unmark = element("unmark", HTMLButtonElement);
  /** What the marks are on; empty if nothing is shown to both. */
  #of = "";
  /** Where this person last pointed. @type {Place} */
  #place = { x: 0.5, y: 0.5 };
  #due = false;

  /**
   * @param {import("./page.js").Page} page
   * @param {import("./media.js").Media} media
   * @param {import("./showing.js").DocumentPanel} documents
   * @param {{write: (mark: Mark) => boolean, nameOf: (id: string) => string}} call
   */
  constructor(page, media, documents, call) {
    this.#page = page;
    this.#media = media;
    this.#documents = documents;
    this.#call = call;
    page.shows = documents.changed = () => this.#follow();
    for (const video of [page.remote, page.self]) video.addEventListener("resize", () => this.#follow());
    this.#sheet.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.#point(this.#under(event))); // a finger scrolls
    this.#sheet.addEventListener("click", (event) => this.#circle(this.#under(event)));
    this.#sheet.addEventListener("keydown", (event) => this.#press(event));
    this.#unmark.addEventListener("click", () => { this.#put("none"); this.#sheet.focus(); });
  }

  /**
   * @param {string} from
   * @param {import("./call.js").News} message
   */
  hear(from, message) {
    const mark = message.type === "mark" ? drawable(message) : null;
    if (!mark || mark.of !== this.#of || this.#page.veiled) return;
    this.#draw(from, mark);
    if (mark.kind === "circle") this.#page.say(`${this.#call.nameOf(from)} entoure un endroit ${placeWords(mark)}.`, "picture");
  }

  met() {}

  /** @param {string} who */
  left(who) {
    this.#erase(who);
  }

  clear() {
    this.#marks.replaceChildren();
  }

  /** Lies over what both see now, and forgets the marks on what was before. */
  #follow() {
    const [of, picture] = this.#subject();
    if (of !== this.#of) this.clear();
    this.#of = of;
    this.#board.hidden = of === "";
    this.#board.classList.toggle("own", picture === this.#page.self);
    this.#board.style.setProperty("--ratio", String(ratioOf(picture)));
    this.#unmark.hidden = this.#own().length === 0;
  }

  /** @returns {[of: string, picture: HTMLElement | null]} */
  #subject() {
    const page = this.#page;
    if (this.#documents.shown) return [onDocument, element("document", HTMLElement)];
    if (page.remote.classList.contains("whole")) return [page.isWorker ? beneficiary : worker, page.remote];
    if (this.#media.sending.screen && !page.isGuest) return [page.isWorker ? worker : beneficiary, page.self];
    return ["", null];
  }

  /** @param {MouseEvent} event */
  #under(event) {
    return placeIn(event, this.#sheet.getBoundingClientRect());
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const place = strideTo(event.key, this.#place);
    if (place) this.#point(place);
    else if (event.key === "Enter" || event.key === " ") this.#circle(this.#place);
    else if (event.key === "Delete" || event.key === "Backspace") this.#put("none");
    else return;
    event.preventDefault();
  }

  /** Tells where the pointer is, a few times a second while it moves. @param {Place} place */
  #point(place) {
    this.#place = place;
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#put("pointer");
    }, together);
  }

  /** @param {Place} place */
  #circle(place) {
    this.#place = place;
    this.#put("circle");
  }

  /** Draws a mark on both sides. @param {import("./marks.js").MarkKind} kind */
  #put(kind) {
    if (this.#of === "") return;
    /** @type {Mark} */
    const mark = { type: "mark", of: this.#of, kind, ...this.#place };
    this.#draw(self, mark);
    this.#call.write(mark);
    this.#unmark.hidden = this.#own().length === 0;
  }

  #own() {
    return this.#marksOf(self).filter((each) => each.classList.contains("circle"));
  }

  /** @param {string} who @returns {HTMLElement[]} */
  #marksOf(who) {
    return [...this.#marks.children].filter((each) => each instanceof HTMLElement).filter((each) => each.dataset["who"] === who);
  }

  /** @param {string} who */
  #erase(who) {
    for (const each of this.#marksOf(who)) each.remove();
  }

  /**
   * @param {string} who
   * @param {Mark} mark
   */
  #draw(who, { kind, x, y }) {
    if (kind === "none") {
      this.#erase(who);
      return;
    }
    const drawn = this.#marksOf(who).find((each) => each.classList.contains(kind)) ?? this.#add(who, kind);
    drawn.style.left = `${x * 100}%`;
    drawn.style.top = `${y * 100}%`;
    if (kind === "pointer") this.#removeOnceAtRest(drawn);
  }

  /** @param {HTMLElement} pointer */
  #removeOnceAtRest(pointer) {
    const moved = pointer.dataset["moved"] = String(performance.now());
    setTimeout(() => pointer.dataset["moved"] === moved && pointer.remove(), rests);
  }

  /**
   * @param {string} who
   * @param {string} kind
   */
  #add(who, kind) {
    const mark = document.createElement("i");
    mark.className = `call-mark ${kind}`;
    mark.dataset["who"] = who;
    const name = document.createElement("b");
    name.textContent = who === self ? "Vous" : this.#call.nameOf(who);
    mark.append(name);
    this.#marks.append(mark);
    return mark;
  }
}

/** How wide a picture is, in heights. @param {HTMLElement | null} picture */
function ratioOf(picture) {
  const [width, height] = picture instanceof HTMLVideoElement ? [picture.videoWidth, picture.videoHeight] : picture instanceof HTMLImageElement ? [picture.naturalWidth, picture.naturalHeight] : [0, 0];
  return width && height ? width / height : 16 / 9;
}
