// A photograph of a document that one side shows to the others. Its file goes from page to
// page in pieces, encrypted as the call is: it reaches no server and is kept nowhere.

/** The kinds of pictures that every browser shows. */
export const kinds = Object.freeze(["image/jpeg", "image/png", "image/webp"]);
/** Of one document, in bytes. */
export const largest = 8 << 20;
/** What every browser takes in one message, in bytes. */
const pieceSize = 16 << 10;
/** Bytes that may wait to be sent: the voice shares the line. */
const waitingAtMost = 64 << 10;

/**
 * What goes before the pieces; without bytes, the document is closed.
 * @typedef {{kind: string, bytes: number}} Announcement
 */

/**
 * What becomes of the other side's document, which comes, came or was closed; or of this
 * side's, which the other one has seen.
 * @typedef {{type: "document", now: "comes" | "closed" | "seen"} | {type: "document", now: "came", picture: Blob}} DocumentNews
 */

export class DocumentChannel {
  #channel;
  #listener;
  /** The document that is shown to the other side. @type {Blob | null} */
  #sending = null;
  /** @type {Announcement | null} */
  #announced = null;
  /** @type {ArrayBuffer[]} */
  #pieces = [];
  #received = 0;

  /**
   * Both sides open it by themselves, so that it needs no negotiation of its own.
   * @param {RTCPeerConnection} connection
   * @param {(news: DocumentNews) => void} listener
   */
  constructor(connection, listener) {
    this.#listener = listener;
    this.#channel = connection.createDataChannel("document", { negotiated: true, id: 1 });
    this.#channel.binaryType = "arraybuffer";
    this.#channel.bufferedAmountLowThreshold = waitingAtMost;
    this.#channel.addEventListener("message", ({ data }) => (typeof data === "string" ? this.#hear(data) : this.#take(data)));
  }

  /** Sends a document; a newer one takes its place. @param {Blob} document */
  async send(document) {
    this.#sending = document;
    for (const part of parts(document.type, await document.arrayBuffer())) {
      await this.#room();
      if (!this.#open || this.#sending !== document) return;
      this.#channel.send(/** @type {any} */ (part)); // the two kinds of message have signatures of their own
    }
  }

  /** The document is shown no more, on either side. */
  close() {
    this.#sending = null;
    this.#forget();
    if (this.#open) this.#say({ kind: "", bytes: 0 });
  }

  get #open() {
    return this.#channel.readyState === "open";
  }

  /** Waits until the line has taken most of what was sent. */
  async #room() {
    if (this.#channel.bufferedAmount <= waitingAtMost) return;
    await new Promise((over) => {
      for (const event of ["bufferedamountlow", "close"]) this.#channel.addEventListener(event, over, { once: true });
    });
  }

  /** @param {Announcement | {seen: true}} message */
  #say(message) {
    this.#channel.send(JSON.stringify(message));
  }

  /** @param {string} data */
  #hear(data) {
    const message = read(data);
    if (message?.seen === true && this.#sending) return this.#listener({ type: "document", now: "seen" });
    if (!isAnnouncement(message)) return undefined;
    this.#sending = null;
    this.#forget();
    if (message.bytes > 0) this.#announced = message;
    return this.#listener({ type: "document", now: message.bytes > 0 ? "comes" : "closed" });
  }

  /** @param {ArrayBuffer} piece */
  #take(piece) {
    if (!this.#announced) return;
    const { kind, bytes } = this.#announced;
    if (piece.byteLength !== Math.min(pieceSize, bytes - this.#received)) return this.#forget();
    this.#pieces.push(piece);
    this.#received += piece.byteLength;
    if (this.#received < bytes) return;
    const picture = new Blob(this.#pieces, { type: kind });
    this.#forget();
    this.#say({ seen: true });
    this.#listener({ type: "document", now: "came", picture });
  }

  #forget() {
    this.#announced = null;
    this.#pieces = [];
    this.#received = 0;
  }
}

/**
 * The announcement of a document, and its pieces.
 * @param {string} kind
 * @param {ArrayBuffer} bytes
 */
function* parts(kind, bytes) {
  yield JSON.stringify({ kind, bytes: bytes.byteLength });
  for (let at = 0; at < bytes.byteLength; at += pieceSize) yield bytes.slice(at, at + pieceSize);
}

/** @param {string} data @returns {any} null for what is no message */
function read(data) {
  try {
    return data.length > 200 ? null : JSON.parse(data);
  } catch {
    return null;
  }
}

/**
 * @param {any} message
 * @returns {message is Announcement}
 */
function isAnnouncement(message) {
  if (!Number.isInteger(message?.bytes) || message.bytes < 0 || message.bytes > largest) return false;
  return message.bytes === 0 || kinds.includes(message.kind);
}
