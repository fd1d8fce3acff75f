// The WebSocket to the other participant, by way of the server: the messages of
// "Call signalling, version 1", and reconnecting after an interruption.

/** The identifiers of the appointment's two people. */
export const beneficiary = "P1";
export const worker = "P2";

/**
 * @typedef {{id: string, name: string, role: "beneficiary" | "social_worker" | "interpreter" | "relative", consented?: boolean}} Participant
 * @typedef {{audio: boolean, video: boolean, screen: boolean}} Sending what a participant sends
 *
 * @typedef {{type: "waiting", told_at?: string}} Waiting since when the worker knows, if they do
 * @typedef {{type: "welcome", self: string, participants: Participant[], ice_servers: RTCIceServer[], ice_transport_policy: RTCIceTransportPolicy, closes_at: string}} Welcome
 * @typedef {{type: "joined", participant: Participant}} Joined
 * @typedef {{type: "left", id: string}} Left
 * @typedef {{type: "knocking", participant: Participant}} Knocking
 * @typedef {{type: "description", from: string, description: RTCSessionDescriptionInit}} Description
 * @typedef {{type: "candidate", from: string, candidate: RTCIceCandidateInit | null}} Candidate
 * @typedef {{type: "state", from: string} & Sending} State
 * @typedef {{type: "commit", from: string, hash: string}} Commit
 * @typedef {{type: "reveal", from: string, nonce: string}} Reveal
 * @typedef {{type: "ice", ice_servers: RTCIceServer[]}} Ice
 * @typedef {{type: "ending", at: string}} Ending
 * @typedef {{type: "error", code: string, message: string}} Failure
 * @typedef {Waiting | Welcome | Joined | Left | Knocking | Description | Candidate | State | Commit | Reveal | Ice | Ending | Failure} ServerMessage
 *
 * @typedef {{type: "admit", id: string} | Outgoing | ({type: "state"} & Sending) | {type: "consent", id: string, granted: boolean} | {type: "leave"}} ClientMessage
 *
 * A message to one participant, before it says to whom.
 * @typedef {{type: "description", description: RTCSessionDescriptionInit}
 *   | {type: "candidate", candidate: RTCIceCandidateInit | null}
 *   | {type: "commit", hash: string}
 *   | {type: "reveal", nonce: string}} Unaddressed
 * @typedef {Unaddressed & {to: string}} Outgoing
 *
 * @typedef {object} Listener
 * @property {(message: ServerMessage) => Promise<void> | void} message awaited before the next message
 * @property {() => void} lost the connection was lost and is being restored
 * @property {(code: number, reason: string) => void} closed the server closed it for good, for one of the reasons in `closing`
 */

/** Why the server closes a connection for good. */
export const closing = Object.freeze({ refused: 1008, signedOut: 4401, over: 4403, replaced: 4409 });

/** The reason with `closing.over` if the appointment is by phone now. */
export const notByVideo = "the appointment is not by video";

// How long until the next try, in milliseconds. Somebody waits in front of the page in the
// first minute; tries never end while the page is open. After a restart of the server, pages
// come back spread over two seconds.
const firstDelay = 500;
const longestDelay = { atFirst: 2000, later: 15_000 };
const atFirst = 60_000;
const goingAway = 1012;
const spread = 2000;

export class Signaling {
  #address;
  #listener;
  /** @type {WebSocket | null} */
  #socket = null;
  #failures = 0;
  /** Since when there is no connection, in milliseconds. @type {number | null} */
  #lostAt = null;
  #welcomed = false;
  #ended = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {Promise<void>} */
  #handled = Promise.resolve();

  /**
   * @param {URL} address
   * @param {Listener} listener
   */
  constructor(address, listener) {
    this.#address = address;
    this.#listener = listener;
    addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#retryNow());
  }

  open() {
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive(socket, event.data));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code, event.reason));
  }

  /**
   * Sends a message, or drops it before `welcome`: until then the server accepts
   * none, and after a reconnection everything is sent again.
   * @param {ClientMessage} message
   */
  send(message) {
    if (this.#welcomed && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Leaves for good. */
  close() {
    this.send({ type: "leave" });
    this.#ended = true;
    clearTimeout(this.#retry);
    this.#socket?.close(1000);
  }

  /**
   * @param {WebSocket} socket
   * @param {unknown} data
   */
  #receive(socket, data) {
    if (socket !== this.#socket || typeof data !== "string") return;
    /** @type {ServerMessage} */
    const message = JSON.parse(data);
    this.#failures = 0;
    this.#lostAt = null;
    if (message.type === "welcome") this.#welcomed = true;
    this.#handled = this.#handled.then(() => this.#listener.message(message)).catch((error) => console.error("call:", message.type, error));
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   * @param {string} reason
   */
  #closed(socket, code, reason) {
    if (socket !== this.#socket || this.#ended) return;
    this.#welcomed = false;
    if (Object.values(closing).some((final) => final === code)) {
      this.#ended = true;
      this.#listener.closed(code, reason);
      return;
    }
    this.#listener.lost();
    this.#lostAt ??= performance.now();
    this.#retry = setTimeout(() => this.open(), code === goingAway ? Math.random() * spread : this.#delay(performance.now() - this.#lostAt));
  }

  /** @param {number} lost milliseconds without a connection */
  #delay(lost) {
    const longest = lost < atFirst ? longestDelay.atFirst : longestDelay.later;
    return Math.min(longest, firstDelay * 2 ** this.#failures++) * (0.5 + Math.random());
  }

  /** The network or the person has come back. */
  #retryNow() {
    if (this.#ended || this.#socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#retry);
    this.#failures = 0;
    this.#lostAt = null;
    this.open();
  }
}
