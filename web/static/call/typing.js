// Writing that appears on the other side as it is typed. It travels between the two pages,
// encrypted as the call is, and is kept nowhere: the page that is closed forgets it.
//
// Of the line that is being written, its whole text is sent each time: a change that is lost
// on the way is mended by the next one.

/** The longest line, in UTF-16 units. */
export const longestLine = 500;
/** Finished lines that stay to be read. */
const linesAtMost = 200;
/** What is typed within this time goes together, in milliseconds. */
const together = 100;

/**
 * @typedef {{type: "typing", text: string}} Typing the line that is being written, so far
 * @typedef {{type: "line", text: string}} Line a finished line
 */

/** Sends what one person types. */
export class Typist {
  #send;
  #wait;
  #sent = "";
  #text = "";
  #due = false;

  /**
   * @param {(message: Typing | Line) => boolean} send returns whether it reached anybody
   * @param {(over: () => void, span: number) => void} [wait]
   */
  constructor(send, wait = setTimeout) {
    this.#send = send;
    this.#wait = (/** @type {() => void} */ over, /** @type {number} */ span) => wait(over, span);
  }

  /** @param {string} text the line as it is now */
  type(text) {
    this.#text = text.slice(0, longestLine);
    if (this.#due) return;
    this.#due = true;
    this.#wait(() => this.#flush(), together);
  }

  /** The line is finished. Returns it, empty if there is nothing to say, or null if it reached nobody and remains. */
  finish() {
    const line = this.#text.trim();
    const reached = this.#send(line === "" ? { type: "typing", text: "" } : { type: "line", text: line });
    if (!reached) return null;
    this.#text = this.#sent = "";
    return line;
  }

  /** Somebody new must see what was typed so far. */
  repeat() {
    this.#sent = "";
    this.#flush();
  }

  #flush() {
    this.#due = false;
    if (this.#text !== this.#sent && this.#send({ type: "typing", text: this.#text })) this.#sent = this.#text;
  }
}

/**
 * Who wrote, as it is shown.
 * @typedef {{who: string, text: string}} Written
 */

/** What was written so far, and what is being written. */
export class Transcript {
  /** @type {Written[]} */
  lines = [];
  /** Per person, the line that is being written. @type {Map<string, string>} */
  open = new Map();

  /**
   * @param {string} who
   * @param {Typing | Line} message
   */
  hear(who, { type, text }) {
    const within = text.slice(0, longestLine);
    if (type === "typing") this.open.set(who, within);
    else this.add(who, within);
  }

  /**
   * @param {string} who
   * @param {string} text
   */
  add(who, text) {
    this.open.delete(who);
    if (text.trim() !== "") this.lines = [...this.lines, { who, text }].slice(-linesAtMost);
  }

  /** Somebody has left: what they had begun is not finished any more. @param {string} who */
  leave(who) {
    this.open.delete(who);
  }

  clear() {
    this.lines = [];
    this.open.clear();
  }
}
