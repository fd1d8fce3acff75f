// One connection to one other browser. It is created, and gathers its relay
// candidates, before anybody is there; then one side offers at once, audio and
// video in it, and later changes follow the WebRTC specification's perfect
// negotiation.
//
// Both senders exist from the first offer on, with or without something to send:
// a camera that comes late, goes or becomes a screen never needs a negotiation.

import { sparing } from "./sending.js";

/**
 * @typedef {object} PeerListener
 * @property {(description: RTCSessionDescription) => void} description to be sent
 * @property {(candidate: RTCIceCandidate | null) => void} candidate to be sent; null ends them
 * @property {(track: MediaStreamTrack) => void} track received from the other side
 * @property {(state: RTCPeerConnectionState) => void} state
 * @property {(connection: RTCPeerConnection) => void} negotiates before the first offer or answer: data channels that exist now need no negotiation of their own
 */

/**
 * How long a connection may be interrupted before an ICE restart, in
 * milliseconds. The polite side waits for the other one: if both restart at once,
 * its rollback leaves some browsers with a frozen picture.
 */
const patience = Object.freeze({ impolite: 4000, polite: 12_000 });

/**
 * How every connection of this page is set up.
 * @param {RTCIceServer[]} iceServers
 * @returns {RTCConfiguration}
 */
export function configuration(iceServers) {
  return { iceServers, iceTransportPolicy: "relay", bundlePolicy: "max-bundle", iceCandidatePoolSize: 1 };
}

export class Peer {
  #listener;
  #stream;
  /** @type {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} */
  #sending = { audio: null, video: null };
  #polite = false;
  #makingOffer = false;
  #answering = false;
  #ignoringOffer = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #restart;

  /**
   * @param {RTCConfiguration} settings
   * @param {MediaStream} stream the stream of the sent tracks, so that audio and video stay in sync
   * @param {PeerListener} listener
   */
  constructor(settings, stream, listener) {
    this.#stream = stream;
    this.#listener = listener;
    this.connection = new RTCPeerConnection(settings);
    this.connection.addEventListener("negotiationneeded", () => this.#offer());
    this.connection.addEventListener("icecandidate", (event) => listener.candidate(event.candidate));
    this.connection.addEventListener("track", (event) => listener.track(event.track));
    this.connection.addEventListener("connectionstatechange", () => listener.state(this.connection.connectionState));
    this.connection.addEventListener("iceconnectionstatechange", () => this.#watch());
  }

  /** Offers: the other side came later, so this one is impolite. */
  call() {
    for (const kind of /** @type {const} */ (["audio", "video"])) this.connection.addTransceiver(this.#sending[kind] ?? kind, { direction: "sendrecv", streams: [this.#stream] });
    this.#listener.negotiates(this.connection);
  }

  /** Waits for the offer: the other side was there before, so this one is polite. */
  expect() {
    this.#polite = true;
  }

  /**
   * Sends a track in place of what was sent, or nothing.
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  async send(kind, track) {
    this.#sending[kind] = track;
    await this.#transceiver(kind)?.sender.replaceTrack(track);
  }

  /** @param {"audio" | "video"} kind */
  sender(kind) {
    return this.#transceiver(kind)?.sender;
  }

  /** How loud the other side is now, from 0 to 1. */
  get loudness() {
    return this.#transceiver("audio")?.receiver.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  /** @param {RTCIceServer[]} iceServers */
  useRelays(iceServers) {
    this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
  }

  /** @param {RTCSessionDescriptionInit} description */
  async receive(description) {
    const ready = !this.#makingOffer && (this.connection.signalingState === "stable" || this.#answering);
    this.#ignoringOffer = !this.#polite && description.type === "offer" && !ready;
    if (this.#ignoringOffer) return;
    this.#answering = description.type === "answer";
    await this.connection.setRemoteDescription(sparing(description)).finally(() => (this.#answering = false));
    if (description.type !== "offer") return;
    if (/^m=application /m.test(description.sdp ?? "")) this.#listener.negotiates(this.connection);
    await this.#fill();
    await this.connection.setLocalDescription();
    this.#sendDescription();
    this.#watch(); // the other side restarts ICE: this one waits again
  }

  /** @param {RTCIceCandidateInit | null} candidate */
  async addCandidate(candidate) {
    try {
      await this.connection.addIceCandidate(candidate);
    } catch (error) {
      if (!this.#ignoringOffer) throw error;
    }
  }

  close() {
    clearTimeout(this.#restart);
    this.connection.close();
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.connection.setLocalDescription();
      this.#sendDescription();
    } finally {
      this.#makingOffer = false;
    }
  }

  #sendDescription() {
    const description = this.connection.localDescription;
    if (description) this.#listener.description(description);
  }

  /** Gives the transceivers that an offer brought something to send. */
  async #fill() {
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      const transceiver = this.#transceiver(kind);
      if (!transceiver || transceiver.direction === "sendrecv") continue;
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams(this.#stream);
      await transceiver.sender.replaceTrack(this.#sending[kind]);
    }
  }

  /** @param {"audio" | "video"} kind */
  #transceiver(kind) {
    return this.connection.getTransceivers().find((each) => each.receiver.track.kind === kind);
  }

  /** After an interruption, restarts ICE repeatedly until the connection works. */
  #watch() {
    clearTimeout(this.#restart);
    const state = this.connection.iceConnectionState;
    if (state !== "failed" && state !== "disconnected") return;
    this.#restart = setTimeout(() => {
      this.connection.restartIce();
      this.#watch();
    }, this.#polite ? patience.polite : patience.impolite);
  }
}
