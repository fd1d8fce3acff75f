// A connection to the relay that can be interrupted, and made as bad as a telephone's at the
// edge of its network: browsers use it in place of the relay.

import dgram from "node:dgram";
import { once } from "node:events";

/**
 * What a line lets through, in each direction.
 * @typedef {object} Pace
 * @property {number} rate bits a second
 * @property {number} loss share of the packets that get lost
 * @property {number} delay milliseconds
 */

/** How long a packet waits at most for those before it, in milliseconds; a longer queue loses it. */
const longestQueue = 300;

/** One direction of a line. */
class Way {
  /** @type {Pace | null} */
  pace = null;
  #free = 0;
  #seed = 1;

  /**
   * Forwards a packet, now, later or never.
   * @param {number} bytes
   * @param {() => void} forward
   */
  carry(bytes, forward) {
    if (!this.pace) return forward();
    const now = performance.now(), { rate, loss, delay } = this.pace;
    if (this.#random() < loss || this.#free - now > longestQueue) return;
    this.#free = Math.max(this.#free, now) + (bytes + headers) * 8000 / rate;
    setTimeout(forward, this.#free - now + delay);
  }

  /** The same numbers in each run, from 0 to 1 (a linear congruential generator). */
  #random() {
    this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return this.#seed / 2 ** 32;
  }
}

/** Bytes of a packet's IP and UDP headers, which weigh on the line too. */
const headers = 28;

export class Line {
  #open = true;
  #whole = true;
  #up = new Way();
  #down = new Way();
  #relay;
  /** @type {dgram.Socket} */
  #front;
  /** Sockets through which the relay's answers return to each client. @type {Map<string, dgram.Socket>} */
  #clients = new Map();

  /**
   * @param {dgram.Socket} front
   * @param {string} relay "host:port"
   */
  constructor(front, relay) {
    const [host = "", port = ""] = relay.split(":");
    this.#front = front;
    this.#relay = { host, port: Number(port) };
    this.relay = relay;
    front.on("message", (packet, from) => this.#forth(packet, from));
  }

  /**
   * Creates one for the relay of a TURN address, "turn:host:port".
   * @param {string} turn
   */
  static async to(turn) {
    const relay = /^turn:([^?]+)/.exec(turn)?.[1];
    if (!relay) throw new Error(`no relay in ${turn}`);
    const front = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(front, "listening");
    return new Line(front, relay);
  }

  cut() {
    this.#whole = false;
  }

  /** @param {Pace} pace */
  slow(pace) {
    this.#up.pace = this.#down.pace = pace;
  }

  /** Makes it a good line again. */
  mend() {
    this.#whole = true;
    this.#up.pace = this.#down.pace = null;
  }

  close() {
    this.#open = false;
    for (const socket of [this.#front, ...this.#clients.values()]) socket.close();
  }

  /**
   * Makes pages opened in this page connect through it.
   * @param {import("puppeteer-core").Page} page
   */
  async lead(page) {
    await page.evaluateOnNewDocument(reroute, this.relay, `127.0.0.1:${this.#front.address().port}`);
  }

  /**
   * Closes the page's sockets to the server, as a change of networks does.
   * @param {import("puppeteer-core").Page} page
   */
  async hangUp(page) {
    await page.evaluate(() => window.sockets.forEach((/** @type {WebSocket} */ socket) => socket.close()));
  }

  /**
   * @param {Buffer} packet
   * @param {dgram.RemoteInfo} from
   */
  #forth(packet, from) {
    const key = `${from.address}:${from.port}`;
    let socket = this.#clients.get(key);
    if (!socket) {
      socket = dgram.createSocket("udp4");
      socket.on("message", (answer) => this.#carry(this.#down, answer, () => this.#front.send(answer, from.port, from.address)));
      this.#clients.set(key, socket);
    }
    const to = socket;
    this.#carry(this.#up, packet, () => to.send(packet, this.#relay.port, this.#relay.host));
  }

  /**
   * @param {Way} way
   * @param {Buffer} packet
   * @param {() => void} forward
   */
  #carry(way, packet, forward) {
    if (this.#whole) way.carry(packet.length, () => this.#open && forward());
  }
}

/**
 * Runs in the page, before its own scripts.
 * @param {string} relay
 * @param {string} line
 */
function reroute(relay, line) {
  const Native = window.RTCPeerConnection;
  const led = (/** @type {RTCConfiguration} */ settings) => JSON.parse(JSON.stringify(settings).replaceAll(relay, line));
  window.RTCPeerConnection = class extends Native {
    constructor(/** @type {RTCConfiguration} */ settings = {}) { super(led(settings)); }
    setConfiguration(/** @type {RTCConfiguration} */ settings) { super.setConfiguration(led(settings)); }
  };
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(/** @type {string | URL} */ address) { super(address); window.sockets.push(this); }
  };
}
