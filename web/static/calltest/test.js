// One test of a call: the parts one after the other, or beside each other where none
// disturbs another. The parts that wait for nobody take half a minute at most.

import { deniedBySystem } from "../call/help.js";
import { Media } from "../call/media.js";
import { Line, byTransport, passes, until, wait } from "./line.js";
import { judge, requestOf } from "./verdict.js";

/** @typedef {import("./verdict.js").Results} Results */
/** @typedef {import("./verdict.js").Device} Device */
/** @typedef {import("./line.js").Transport} Transport */

/** How long sound and picture go to the echo and back before they are judged, in milliseconds. */
const watchFor = 3000;

/** How long a microphone may stay silent before it counts as that, in milliseconds. */
const hearFor = 8000;

/** The results of the browser's errors. @type {Readonly<Record<string, Device>>} */
const failures = Object.freeze({ NotAllowedError: "refused", [deniedBySystem]: "system", NotFoundError: "missing", OverconstrainedError: "missing", NotSupportedError: "unsupported" });

export class Test {
  #page;
  #ear;
  #media = new Media({ sends: () => {}, changed: () => {} });
  /** @type {Results} */
  #results = {
    microphone: "skipped", camera: "skipped", websocket: "blocked", udp: "blocked", tcp: "blocked", tls: "blocked", media: "none",
    up: null, down: null, loss: null, round_trip: null, jitter: null,
  };
  /** The relays' addresses, for what to ask of a network. @type {string[]} */
  #urls = [];

  /**
   * @param {import("./page.js").Page} page
   * @param {import("../call/sound.js").Ear} ear
   */
  constructor(page, ear) {
    this.#page = page;
    this.#ear = ear;
  }

  async run() {
    const page = this.#page;
    if (!canCall()) {
      page.step("browser", "bad", "ne permet pas les appels");
      return this.#finish();
    }
    page.step("browser", "ok", "convient");
    await this.#devices();
    const returned = new MediaStream();
    const line = new Line(page.socket, this.#media, (track) => {
      returned.addTrack(track);
      if (track.kind === "video") page.showReturned(returned);
    });
    try {
      await Promise.all([this.#network(line), this.#listen()]);
    } finally {
      line.close();
      this.#hear();
      this.#ear.close();
      this.#media.close();
    }
    this.#finish();
  }

  /** Asks for microphone and camera, without any hurry: the browser's question waits for the person. */
  async #devices() {
    const page = this.#page;
    page.say("Le navigateur va demander le droit d’utiliser le micro et la caméra. Répondez-lui.");
    page.step("microphone", "running", "en attente de votre accord");
    page.step("camera", "running", "en attente de votre accord");
    const skipped = await Promise.race([this.#media.open({ microphone: true, camera: true }).then(() => false), page.skipped()]);
    page.opened();
    if (skipped) {
      page.step("permission", "warn", "pas de réponse");
      page.step("microphone", "warn", "non essayé");
      page.step("camera", "warn", "non essayé");
      return;
    }
    const { microphone, camera } = this.#media.failed;
    const devices = { microphone: stateOf(this.#media.audioTrack, microphone), camera: stateOf(this.#media.videoTrack, camera) };
    Object.assign(this.#results, devices);
    page.permission(devices);
    page.device("camera", devices.camera);
    if (this.#media.audioTrack) {
      page.step("microphone", "running", "parlez un peu");
      page.say("Parlez un peu, pour voir si nous vous entendons.");
      this.#ear.listen(this.#media.audioTrack);
    } else page.device("microphone", devices.microphone);
    if (this.#media.camera) page.showSelf(this.#media.stream);
  }

  async #listen() {
    if (this.#media.audioTrack) await until(() => this.#ear.heard, hearFor);
    this.#hear();
  }

  /** @param {Line} line */
  async #network(line) {
    const page = this.#page;
    page.step("websocket", "running", "en cours");
    const welcome = await line.open();
    if (!welcome) {
      const refusal = await page.refusal();
      page.step("websocket", "bad", refusal === "" ? "bloquée" : "trop de tests");
      if (refusal !== "") throw new Refused(refusal);
      return;
    }
    this.#results.websocket = "ok";
    page.step("websocket", "ok", "passe");
    page.say("La liaison avec nos serveurs passe. Nous essayons le relais des appels.");
    this.#urls = welcome.ice_servers.flatMap((server) => server.urls);
    const tried = this.#relays(welcome);
    await this.#connection(line);
    await tried;
  }

  /** @param {import("./line.js").Welcome} welcome */
  async #relays(welcome) {
    const relays = byTransport(welcome.ice_servers);
    await Promise.all(/** @type {Transport[]} */ (["udp", "tcp", "tls"]).map(async (transport) => {
      const there = relays[transport];
      if (there.length > 0) this.#page.step(transport, "running", "en cours");
      const state = there.length === 0 ? "absent" : await passes(there) ? "ok" : "blocked";
      this.#results[transport] = state;
      this.#page.way(transport, state);
    }));
  }

  /** @param {Line} line */
  async #connection(line) {
    const page = this.#page;
    page.step("media", "running", "en cours");
    if (!await line.connected()) {
      page.step("media", "bad", "rien ne revient");
      return;
    }
    page.say("Le son et l’image partent vers notre écho et reviennent.");
    const [roundTrip] = await Promise.all([line.roundTrip(), this.#watch(line)]);
    const { received, loss, jitter } = await line.quality();
    const back = received > 0 || !this.#sends && roundTrip !== null;
    Object.assign(this.#results, { media: back ? "ok" : "none", round_trip: rounded(roundTrip), loss: rounded(loss), jitter: rounded(jitter) });
    page.step("media", back ? "ok" : "bad", back ? "reviennent" : "rien ne revient");
    page.quality(this.#results);
    page.say("Nous mesurons le débit.");
    page.step("rate", "running", "en cours");
    this.#results.down = await line.down();
    this.#results.up = await line.up();
    page.rates(this.#results);
  }

  /** Listens to what comes back, for as long as it takes to judge it. @param {Line} line */
  async #watch(line) {
    for (const end = performance.now() + watchFor; performance.now() < end; await wait(100)) {
      const level = await line.level();
      if (level > 0) this.#ear.hear(level);
    }
  }

  get #sends() {
    return this.#media.audioTrack !== null || this.#media.videoTrack !== null;
  }

  /** Says whether the microphone was heard so far. */
  #hear() {
    if (this.#results.microphone !== "ok" && this.#results.microphone !== "silent") return;
    this.#results.microphone = this.#ear.heard ? "ok" : "silent";
    this.#page.device("microphone", this.#results.microphone);
  }

  #finish() {
    const verdict = judge(this.#results);
    const site = this.#results.websocket === "ok" ? null : { host: location.hostname, port: location.port || "443" };
    this.#page.finish(verdict, this.#results, verdict.ask ? requestOf(this.#urls, site) : "");
  }
}

/** There are too many tests now: the words say when to come back. */
export class Refused extends Error {}

/** Checks the required features: Tor Browser and an iPhone in lockdown mode lack them. */
function canCall() {
  try {
    new MediaStream();
    new RTCPeerConnection().close();
    return "WebSocket" in window && "AudioContext" in window;
  } catch {
    return false;
  }
}

/**
 * @param {MediaStreamTrack | null} track
 * @param {string} error name of the browser's error
 * @returns {Device}
 */
function stateOf(track, error) {
  return track ? "ok" : failures[error] ?? "busy";
}

/** @param {number | null} value */
function rounded(value) {
  return value === null ? null : Math.round(value);
}
