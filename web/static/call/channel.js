// What the two pages of a call say to one another directly, encrypted as the call is: it
// reaches no server and is kept nowhere. Whoever does not know a message ignores it.

/**
 * @typedef {{type: "step", step: number}} Step what is left of the sender's picture, see ladder.js
 * @typedef {{type: "picture", wanted: boolean}} Wish whether the sender wants to receive a picture
 * @typedef {object} Presence how the sender is there
 * @property {"presence"} type
 * @property {boolean} interrupted whether a telephone call has the sender's devices
 * @property {boolean} hidden whether the sender is not alone any more, and sees and hears nothing of the call
 * @property {boolean} signing whether the sender wants the picture to come before the sound
 * @property {boolean} floor whether the sender has taken the floor in sign language
 * @property {boolean} captions whether the sender's device makes captions of what it hears
 *
 * @typedef {Step | Wish | Presence | import("./typing.js").Typing | import("./typing.js").Line | import("./marks.js").Mark} Said
 */

/** Of one message, in UTF-16 units. */
const longest = 4096;
/** Bytes that may wait to be sent; on a line that is stuck, what comes after is dropped. */
const waitingAtMost = 64 << 10;
/** Messages of the other side that are read, per second. */
const readPerSecond = 60;

export class Channel {
  #channel;
  #heard = { second: 0, messages: 0 };

  /**
   * Both sides open it by themselves, so that it needs no negotiation of its own.
   * @param {RTCPeerConnection} connection
   * @param {{opened: () => void, said: (message: Said) => void}} listener
   */
  constructor(connection, listener) {
    this.#channel = connection.createDataChannel("call", { negotiated: true, id: 0 });
    this.#channel.addEventListener("open", () => listener.opened());
    this.#channel.addEventListener("message", (event) => {
      const message = this.#read(event.data);
      if (message) listener.said(message);
    });
  }

  /** Returns whether it is on its way. @param {Said} message */
  say(message) {
    const passes = this.#channel.readyState === "open" && this.#channel.bufferedAmount < waitingAtMost;
    if (passes) this.#channel.send(JSON.stringify(message));
    return passes;
  }

  /**
   * @param {unknown} data
   * @returns {Said | null} null for what is no message, or one too many
   */
  #read(data) {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#heard.second) this.#heard = { second, messages: 0 };
    if (typeof data !== "string" || data.length > longest || this.#heard.messages++ >= readPerSecond) return null;
    try {
      const message = JSON.parse(data);
      return isSaid(message) ? message : null;
    } catch {
      return null;
    }
  }
}

/** The members of each message and their types. @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
const shapes = Object.freeze({
  step: { step: "number" },
  picture: { wanted: "boolean" },
  presence: { interrupted: "boolean", hidden: "boolean", signing: "boolean", floor: "boolean", captions: "boolean" },
  typing: { text: "string" },
  line: { text: "string" },
  mark: { of: "string", kind: "string", x: "number", y: "number" },
});

/**
 * @param {any} message
 * @returns {message is Said}
 */
function isSaid(message) {
  const shape = Object.hasOwn(shapes, message?.type) ? shapes[message.type] : undefined;
  return shape !== undefined && Object.entries(shape).every(([member, type]) => typeof message[member] === type);
}
