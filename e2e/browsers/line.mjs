// A connection to the relay that can be interrupted: browsers use it in place of the
// relay, and it forwards packets while it is not interrupted.

import dgram from "node:dgram";
import { once } from "node:events";

export class Line {
  #whole = true;
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

  mend() {
    this.#whole = true;
  }

  close() {
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
      socket.on("message", (answer) => { if (this.#whole) this.#front.send(answer, from.port, from.address); });
      this.#clients.set(key, socket);
    }
    if (this.#whole) socket.send(packet, this.#relay.port, this.#relay.host);
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
