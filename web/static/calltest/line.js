// The way to the echo: the socket, the relay by each of its transports, and what passes
// through the connection.

import { Peer, configuration } from "../call/peer.js";
import { Signaling } from "../call/signaling.js";

/** @typedef {import("../call/signaling.js").Welcome} Welcome */
/** @typedef {"udp" | "tcp" | "tls"} Transport */
/** @typedef {{url: string, username: string, credential: string}} Relay one address of a relay */

/** The longest waits of the parts of a test, and of all of them together, in milliseconds. */
const within = Object.freeze({ socket: 10_000, relay: 8000, connection: 12_000, channel: 2000, pings: 4000, all: 27_000 });

/** How long each rate is measured, in milliseconds, and with how many bytes at most: the echo takes and sends no more. */
const rateLasts = 2500;
const rateBytes = 4_000_000;

const chunk = new Uint8Array(16 << 10);
const waterline = 256 << 10;

const pings = 10;
const pingEvery = 250;

export class Line {
  #signaling;
  #media;
  /** @type {Peer | null} */
  #peer = null;
  /** @type {((welcome: Welcome | null) => void)} */
  #opened = () => {};
  /** @type {RTCDataChannel | null} */
  #echo = null;
  #returned;
  #end = performance.now() + within.all;

  /**
   * @param {URL} address of the socket
   * @param {import("../call/media.js").Media} media what is sent
   * @param {(track: MediaStreamTrack) => void} returned receives what comes back
   */
  constructor(address, media, returned) {
    this.#media = media;
    this.#returned = returned;
    this.#signaling = new Signaling(address, {
      message: (message) => this.#receive(message),
      lost: () => this.#fail(),
      closed: () => this.#fail(),
    });
  }

  /**
   * Opens the socket; null if it does not open.
   * @returns {Promise<Welcome | null>}
   */
  open() {
    const opened = new Promise((/** @type {(welcome: Welcome | null) => void} */ resolve) => { this.#opened = resolve; });
    this.#signaling.open();
    return orElse(opened, null, this.#left(within.socket));
  }

  /**
   * Whether the connection through the relay stands in time, with its channel.
   * @returns {Promise<boolean>}
   */
  async connected() {
    return until(() => this.#echo?.readyState === "open" && this.#peer?.connection.connectionState === "connected", this.#left(within.connection));
  }

  close() {
    this.#signaling.close();
    this.#peer?.close();
  }

  /**
   * The time for a message to the echo and back in milliseconds, the middle one of several; null
   * if none came back.
   */
  async roundTrip() {
    /** @type {number[]} */
    const times = [];
    for (let i = 0, end = performance.now() + this.#left(within.pings); i < pings && performance.now() < end; i++) {
      const time = await this.#ping(`${i}`);
      if (time !== null) times.push(time);
      await wait(pingEvery);
    }
    return times.sort((a, b) => a - b)[times.length >> 1] ?? null;
  }

  /** @param {string} text */
  async #ping(text) {
    const channel = this.#echo;
    if (channel?.readyState !== "open") return null;
    const began = performance.now();
    const back = new Promise((/** @type {(came: boolean) => void} */ resolve) => {
      channel.onmessage = (event) => event.data === text && resolve(true);
    });
    channel.send(text);
    return await orElse(back, false, 1000) ? performance.now() - began : null;
  }

  /** How loud the sound is that comes back, 0 to 1. */
  async level() {
    const inbound = await this.#inbound();
    return Math.max(0, ...inbound.map((each) => each.audioLevel ?? 0));
  }

  /** What came back since the connection stands: how much of it was lost, and how unevenly it came. */
  async quality() {
    const inbound = await this.#inbound();
    const received = total(inbound, "packetsReceived");
    const lost = Math.max(0, total(inbound, "packetsLost"));
    const audio = inbound.find((each) => each.kind === "audio");
    return {
      received,
      loss: received === 0 ? null : 100 * lost / (received + lost),
      jitter: audio?.jitter === undefined ? null : 1000 * audio.jitter,
    };
  }

  async #inbound() {
    /** @type {Map<string, any>} */
    const report = new Map(await this.#peer?.connection.getStats() ?? []);
    return [...report.values()].filter((each) => each.type === "inbound-rtp");
  }

  /** The rate at which bytes come, in kbit/s; null if none came. */
  async down() {
    const channel = await this.#channel("down");
    if (!channel) return null;
    const flow = new Flow();
    channel.onmessage = (event) => flow.reached(flow.bytes + event.data.byteLength);
    channel.send("go");
    await until(() => flow.bytes >= rateBytes, this.#left(rateLasts));
    channel.close();
    return flow.rate();
  }

  /** The rate at which bytes arrive at the echo, in kbit/s; null if none did. */
  async up() {
    const channel = await this.#channel("up");
    if (!channel) return null;
    let sent = 0;
    const flow = new Flow();
    channel.onmessage = (event) => flow.reached(Number(event.data));
    channel.bufferedAmountLowThreshold = waterline / 2;
    const pour = () => {
      while (channel.readyState === "open" && channel.bufferedAmount < waterline && sent + chunk.length <= rateBytes) {
        channel.send(chunk);
        sent += chunk.length;
      }
    };
    channel.addEventListener("bufferedamountlow", pour);
    pour();
    await until(() => flow.bytes > rateBytes - chunk.length, this.#left(rateLasts));
    channel.removeEventListener("bufferedamountlow", pour);
    channel.close();
    return flow.rate();
  }

  /**
   * A wait that ends with the whole test at the latest.
   * @param {number} time milliseconds
   */
  #left(time) {
    return Math.max(0, Math.min(time, this.#end - performance.now()));
  }

  /**
   * Opens a channel to the echo; null if it does not open.
   * @param {string} label
   */
  async #channel(label) {
    const channel = this.#peer?.connection.createDataChannel(label);
    if (!channel) return null;
    channel.binaryType = "arraybuffer";
    return await until(() => channel.readyState === "open", this.#left(within.channel)) ? channel : null;
  }

  /** @param {import("../call/signaling.js").ServerMessage} message */
  async #receive(message) {
    switch (message.type) {
      case "welcome":
        this.#peer = this.#build(message);
        return this.#opened(message);
      case "description":
        return this.#peer?.receive(message.description);
      case "candidate":
        return this.#peer?.addCandidate(message.candidate);
    }
  }

  /** @param {Welcome} welcome */
  #build(welcome) {
    const to = welcome.participants[0]?.id ?? "";
    const peer = new Peer(configuration(welcome.ice_servers), this.#media.stream, {
      description: (description) => this.#signaling.send({ type: "description", to, description }),
      candidate: (candidate) => this.#signaling.send({ type: "candidate", to, candidate }),
      track: (track) => this.#returned(track),
      state: () => {},
      negotiates: () => {}, // the echo opens the channels
    });
    peer.connection.addEventListener("datachannel", (event) => { this.#echo = event.channel; });
    peer.expect();
    void peer.send("audio", this.#media.audioTrack);
    void peer.send("video", this.#media.videoTrack);
    return peer;
  }

  /** A test is tried once: what fails is what it is about. */
  #fail() {
    this.#signaling.close();
    this.#opened(null);
  }
}

/**
 * The addresses of the relays by transport.
 * @param {RTCIceServer[]} servers
 * @returns {Record<Transport, Relay[]>}
 */
export function byTransport(servers) {
  /** @type {Record<Transport, Relay[]>} */
  const relays = { udp: [], tcp: [], tls: [] };
  for (const { urls, username = "", credential = "" } of servers) {
    for (const url of [urls].flat()) relays[transportOf(url)].push({ url, username, credential });
  }
  return relays;
}

/**
 * @param {string} url
 * @returns {Transport}
 */
function transportOf(url) {
  if (url.startsWith("turns:")) return "tls";
  return url.includes("transport=tcp") ? "tcp" : "udp";
}

/**
 * Whether any of the relays hands out a port, tried by itself.
 * @param {Relay[]} relays
 */
export async function passes(relays) {
  const tries = await Promise.all(relays.map(allocates));
  return tries.includes(true);
}

/** @param {Relay} relay */
async function allocates({ url, username, credential }) {
  const connection = new RTCPeerConnection({ iceServers: [{ urls: url, username, credential }], iceTransportPolicy: "relay" });
  try {
    const found = new Promise((/** @type {(found: boolean) => void} */ resolve) => {
      connection.addEventListener("icecandidate", (event) => {
        if (event.candidate?.candidate.includes(" typ relay")) resolve(true);
      });
    });
    connection.createDataChannel("");
    await connection.setLocalDescription();
    return await orElse(found, false, within.relay);
  } finally {
    connection.close();
  }
}

/** How many bytes have passed, and when. */
class Flow {
  #times = [{ at: performance.now(), bytes: 0 }];

  get bytes() {
    return this.#times.at(-1)?.bytes ?? 0;
  }

  /** @param {number} bytes that have passed in all */
  reached(bytes) {
    this.#times.push({ at: performance.now(), bytes });
  }

  /**
   * The rate of the best second in kbit/s, of less if it was quicker; null if nothing passed. It
   * begins slowly on every line.
   */
  rate() {
    if (this.bytes === 0) return null;
    let best = 0;
    for (const [i, from] of this.#times.entries()) {
      const to = this.#times.slice(i + 1).find((each) => each.at >= from.at + 1000) ?? (i === 0 ? this.#times.at(-1) : undefined);
      if (to) best = Math.max(best, (to.bytes - from.bytes) * 8 / Math.max(1, to.at - from.at));
    }
    return Math.round(best);
  }
}

/**
 * @param {any[]} stats
 * @param {string} field
 */
function total(stats, field) {
  return stats.reduce((sum, each) => sum + (each[field] ?? 0), 0);
}

/** @param {number} time milliseconds */
export function wait(time) {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/**
 * What the promise becomes in time, otherwise the other value.
 * @template T, E
 * @param {Promise<T>} promise
 * @param {E} otherwise
 * @param {number} time milliseconds
 * @returns {Promise<T | E>}
 */
function orElse(promise, otherwise, time) {
  return Promise.race([promise, wait(time).then(() => otherwise)]);
}

/**
 * Whether the condition holds in time.
 * @param {() => boolean} holds
 * @param {number} time milliseconds
 */
export async function until(holds, time) {
  for (const end = performance.now() + time; performance.now() < end; await wait(50)) {
    if (holds()) return true;
  }
  return holds();
}
