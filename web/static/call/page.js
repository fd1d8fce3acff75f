// What the person sees of the call. It knows the page's elements and words, and
// nothing of connections.

import { Tile, roleWords } from "./tiles.js";

/** @typedef {"opening" | "waiting" | "alone" | "calling" | "talking" | "over" | "unable"} Phase */
/** @typedef {import("./signaling.js").Sending} Sending */

/**
 * The element of the page with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} #${id}`);
  return found;
}

export class Page {
  call = element("call", HTMLElement);
  microphone = element("microphone", HTMLButtonElement);
  camera = element("camera", HTMLButtonElement);
  share = element("share", HTMLButtonElement);
  voice = element("voice", HTMLButtonElement);
  leave = element("leave", HTMLButtonElement);
  admit = element("admit", HTMLButtonElement);
  sendAway = element("refuse", HTMLButtonElement);
  #remote = element("remote", HTMLVideoElement);
  #self = element("self", HTMLVideoElement);

  /** How far the server's clock is ahead of this device's, which may be wrong, in milliseconds. */
  #ahead = Date.parse(this.call.dataset["now"] ?? "") - Date.now();

  constructor() {
    element("listen", HTMLButtonElement).addEventListener("click", () => this.#listen());
  }

  get with() {
    return this.call.dataset["with"] ?? "";
  }

  get isWorker() {
    return this.call.dataset["role"] === "social_worker";
  }

  get isGuest() {
    return this.call.dataset["guest"] !== undefined;
  }

  get socket() {
    const address = new URL(this.call.dataset["socket"] ?? "", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    return address;
  }

  /** What the server's clock shows, in milliseconds. */
  get now() {
    return Date.now() + this.#ahead;
  }

  /** @returns {import("./clock.js").Hours} */
  get hours() {
    const { startsAt, endsAt, closesAt } = this.call.dataset;
    return { startsAt: Date.parse(startsAt ?? ""), endsAt: Date.parse(endsAt ?? ""), closesAt: Date.parse(closesAt ?? "") };
  }

  /**
   * The relays that the server put into the page.
   * @returns {RTCIceServer[]}
   */
  get iceServers() {
    return JSON.parse(element("ice-servers", HTMLElement).textContent);
  }

  /** @returns {Phase} */
  get phase() {
    return /** @type {Phase} */ (this.call.dataset["phase"]);
  }

  /** @param {Phase} phase */
  set phase(phase) {
    this.call.dataset["phase"] = phase;
    element("waiting", HTMLElement).hidden = phase !== "waiting";
    this.#showAlone();
    if (phase !== "talking") this.showCode(null);
  }

  /** Shows what has just happened, and announces it to screen readers. @param {string} words */
  say(words) {
    element("state", HTMLElement).textContent = words;
  }

  /** Shows what the person can do about a missing device. @param {string} words */
  advise(words) {
    const advice = element("advice", HTMLElement);
    advice.textContent = words;
    advice.hidden = words === "";
  }

  /** @param {import("./signaling.js").Participant | null} who who waits to be admitted */
  showKnocking(who) {
    element("knocking", HTMLElement).hidden = who === null;
    this.#showAlone();
    if (who === null) return;
    const role = roleWords(who.role);
    element("knocker", HTMLElement).textContent = role ? `${who.name}, ${role},` : who.name;
    const owed = this.isWorker && role !== "" && !who.consented;
    element("knocking-words", HTMLElement).textContent = owed ? `${this.with} doit d’abord accepter.` : "";
    this.admit.hidden = owed;
    this.admit.textContent = this.isWorker ? "Faire entrer" : "Accepter";
    this.sendAway.hidden = role === "";
  }

  /**
   * Adds the picture of somebody beside the main person.
   * @param {import("./signaling.js").Participant} who
   * @param {(() => void) | null} remove
   */
  addTile(who, remove) {
    return new Tile(element("guests", HTMLElement), element("guest-tile", HTMLTemplateElement), who, remove);
  }

  /** @param {string | null} code */
  showCode(code) {
    element("code", HTMLElement).hidden = code === null;
    element("verification", HTMLElement).textContent = code ?? "";
  }

  /** Somebody may have slipped in between the two: says it until the person leaves. */
  distrust() {
    this.showCode(null);
    element("distrust", HTMLElement).hidden = false;
  }

  /** @param {boolean} offer whether to go on by telephone, as nothing arrives any more */
  offerPhone(offer) {
    element("by-phone", HTMLElement).hidden = !offer;
  }

  /** @param {boolean} only whether only the voice is wanted */
  showVoiceOnly(only) {
    turn(this.voice, only, only ? "oui" : "non");
  }

  /** @param {string} words */
  showTimeLeft(words) {
    element("time-left", HTMLElement).textContent = words;
  }

  /**
   * @param {string} level
   * @param {string} words
   */
  showQuality(level, words) {
    const quality = element("quality", HTMLElement);
    quality.dataset["level"] = level;
    quality.textContent = words;
  }

  /** @param {MediaStream | null} stream */
  showRemote(stream) {
    this.#remote.srcObject = stream;
    if (stream) this.#listen();
  }

  /**
   * @param {Sending | null} sending null if nobody is there
   * @param {boolean} [held] whether the other side's line is too weak for its picture
   */
  showRemoteSending(sending, held = false) {
    const dark = sending !== null && !sending.video;
    element("cover", HTMLElement).hidden = !dark;
    element("cover-words", HTMLElement).textContent = held ? "Image coupée pour garder la voix" : dark ? "Caméra coupée" : "";
    element("remote-muted", HTMLElement).hidden = sending === null || sending.audio;
    this.#remote.classList.toggle("whole", sending?.screen ?? false);
  }

  /**
   * @param {MediaStream} stream
   * @param {Sending} sending
   * @param {boolean} camera whether the camera is on, shown or not
   */
  showSelf(stream, sending, camera) {
    if (this.#self.srcObject !== stream) this.#self.srcObject = stream;
    this.#self.classList.toggle("mirrored", !sending.screen);
    element("self-words", HTMLElement).hidden = sending.video;
    element("self-words", HTMLElement).textContent = sending.video ? "" : "Caméra coupée";
    turn(this.microphone, sending.audio, sending.audio ? "allumé" : "coupé");
    turn(this.camera, camera, camera ? "allumée" : "coupée");
    turn(this.share, sending.screen, sending.screen ? "en cours" : "l’écran");
  }

  /**
   * The call is over for this page.
   * @param {string} words
   * @param {"again" | "sign-in" | null} wayBack the link to show, if any
   */
  end(words, wayBack) {
    this.phase = "over";
    this.showKnocking(null);
    this.showRemoteSending(null);
    this.say("");
    element("over-words", HTMLElement).textContent = words;
    if (wayBack) element(wayBack, HTMLElement).hidden = false;
    element("over", HTMLElement).hidden = false;
    this.#enable(false);
  }

  /**
   * The browser does not support calls; the page shows the alternatives.
   * @param {string} words why
   * @param {() => void} [enter] joins nevertheless, only to receive
   */
  refuse(words, enter) {
    this.phase = "unable";
    this.say("");
    element("unable-title", HTMLElement).textContent = words;
    this.#enable(false);
    const button = element("enter", HTMLButtonElement);
    button.hidden = !enter;
    button.addEventListener("click", () => {
      this.phase = "opening";
      this.#enable(true);
      enter?.();
    }, { once: true });
  }

  /** @param {boolean} able whether the call's buttons can be used */
  #enable(able) {
    for (const button of [this.microphone, this.camera, this.share, this.voice, this.leave]) button.disabled = !able;
  }

  #showAlone() {
    element("alone", HTMLElement).hidden = this.phase !== "alone" || !element("knocking", HTMLElement).hidden;
  }

  /** Plays the other side's media; if the browser requires a gesture, shows a button. */
  #listen() {
    this.#remote.play().then(() => this.#askToListen(false), (error) => this.#askToListen(error.name === "NotAllowedError"));
  }

  /** @param {boolean} ask */
  #askToListen(ask) {
    element("silent", HTMLElement).hidden = !ask;
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} on
 * @param {string} words its state as visible text
 */
function turn(button, on, words) {
  button.setAttribute("aria-checked", String(on));
  const state = button.querySelector("small");
  if (state) state.textContent = words;
}
