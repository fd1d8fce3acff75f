// What the one region of the page that is read out says: one thing at a time, each long
// enough to be read, and nothing that has been overtaken.

/** How long each stays at least, in milliseconds. */
const stays = 2500;

/** @typedef {{words: string, about: string}} Said */

export class Announcer {
  #show;
  #wait;
  /** @type {Said[]} */
  #waiting = [];
  #busy = false;

  /**
   * @param {(words: string) => void} show
   * @param {(over: () => void, span: number) => void} [wait]
   */
  constructor(show, wait = setTimeout) {
    this.#show = show;
    this.#wait = (/** @type {() => void} */ over, /** @type {number} */ span) => wait(over, span); // the browser's refuses to be called as a method
  }

  /**
   * @param {string} words
   * @param {string} about the subject: a newer word on it replaces one that still waits
   */
  say(words, about) {
    this.#waiting = [...this.#waiting.filter((each) => each.about !== about), { words, about }];
    if (!this.#busy) this.#next();
  }

  /** Nothing more is to be said of what was. */
  hush() {
    this.#waiting = [];
    this.#show("");
  }

  #next() {
    const next = this.#waiting.shift();
    this.#busy = next !== undefined;
    if (!next) return;
    this.#show(next.words);
    this.#wait(() => this.#next(), stays);
  }
}
