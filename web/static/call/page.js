// What the person sees of the call. It knows the page's elements and words, and
// nothing of connections.

import { presenceSign } from "./presence.js";
import { Announcer } from "./saying.js";
import { Tile, mark, roleWords } from "./tiles.js";

/** @typedef {"opening" | "preview" | "waiting" | "alone" | "calling" | "talking" | "over" | "unable"} Phase */
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
  go = element("go", HTMLButtonElement);
  byWriting = element("by-writing", HTMLButtonElement);
  chooseDevices = element("choose-devices", HTMLButtonElement);
  turns = element("turn-around", HTMLButtonElement);
  fullscreen = element("fullscreen", HTMLButtonElement);
  apart = element("apart", HTMLButtonElement);
  resume = element("resume", HTMLButtonElement);
  without = element("without", HTMLButtonElement);
  signing = element("signing", HTMLButtonElement);
  floor = element("floor", HTMLButtonElement);
  caption = element("caption", HTMLButtonElement);
  showDocument = element("show-document", HTMLButtonElement);
  hide = element("hide", HTMLButtonElement);
  unhide = element("unhide", HTMLButtonElement);
  remote = element("remote", HTMLVideoElement);
  /** The one that plays the other side's voice all along: a browser that let it play once goes on. */
  #sound = element("sound", HTMLAudioElement);
  /** What the other side sends. @type {MediaStream | null} */
  #received = null;
  #announcer = new Announcer((words) => { element("state", HTMLElement).textContent = words; });
  self = element("self", HTMLVideoElement);

  /** How far the server's clock is ahead of this device's, which may be wrong, in milliseconds. */
  #ahead = Date.parse(this.call.dataset["now"] ?? "") - Date.now();

  /** Whether captions of what the other person says are shown. */
  captions = false;

  /** The menu has done its part: what it opened is to be seen. */
  closeMenu() {
    element("menu", HTMLDetailsElement).open = false;
  }

  /** Called when the call is over for this page. */
  ended = () => {};

  /** Called when another picture is shown to both, or none any more. */
  shows = () => {};

  constructor() {
    element("listen", HTMLButtonElement).addEventListener("click", () => this.listen());
  }

  get with() {
    return this.call.dataset["with"] ?? "";
  }

  get isWorker() {
    return this.call.dataset["role"] === "social_worker";
  }

  get isBeneficiary() {
    return this.call.dataset["role"] === "beneficiary";
  }

  get isGuest() {
    return this.call.dataset["guest"] !== undefined;
  }

  /** What the beneficiary asked for when booking. @returns {import("./course.js").Asked} */
  get asked() {
    const { byWriting, signing } = this.call.dataset;
    return { byWriting: byWriting !== undefined, signing: signing !== undefined };
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
    const instant = (/** @type {string} */ name) => Date.parse(this.call.dataset[name] ?? "");
    return { startsAt: instant("startsAt"), missedAt: instant("missedAt"), endsAt: instant("endsAt"), closesAt: instant("closesAt") };
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

  /**
   * @param {string} words to whoever waits
   * @param {boolean} inVain whether other ways are offered
   */
  showWaiting(words, inVain) {
    element("waiting-words", HTMLElement).textContent = words;
    element("will-admit", HTMLElement).hidden = inVain;
    element("in-vain", HTMLElement).hidden = !inVain;
  }

  /**
   * Has a button act, once at a time.
   * @param {HTMLButtonElement} button
   * @param {() => unknown} act
   */
  onPress(button, act) {
    button.addEventListener("click", async () => {
      if (button.ariaBusy === "true") return;
      button.ariaBusy = "true";
      await act();
      button.ariaBusy = "false";
    });
  }

  /**
   * Shows what has just happened, and announces it to screen readers, one thing at a time; never
   * what the person did.
   * @param {string} words
   * @param {"people" | "presence" | "line" | "time" | "picture" | "text"} about
   */
  say(words, about) {
    this.#announcer.say(words, about);
  }

  /** Shows what one waits for before anything has happened. @param {string} words */
  begin(words) {
    this.#announcer.hush();
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
    const tile = new Tile(element("guests", HTMLElement), element("guest-tile", HTMLTemplateElement), who, remove);
    for (const each of this.#players) each.muted = this.veiled;
    return tile;
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

  /** @param {boolean} signing whether somebody in the call signs */
  showSigning(signing) {
    this.call.toggleAttribute("data-signs", signing);
    this.floor.hidden = !signing;
  }

  /** @param {import("./tiles.js").Speaks} speaks the main person */
  showSpeaking(speaks) {
    mark(element("stage", HTMLElement), element("speaks", HTMLElement), speaks);
  }

  /** @param {boolean} only whether only the voice is wanted */
  showVoiceOnly(only) {
    this.turn(this.voice, only);
  }

  /**
   * @param {string} words
   * @param {boolean} soon whether the end is near
   */
  showTimeLeft(words, soon) {
    const place = element("time-left", HTMLElement);
    place.textContent = words;
    place.classList.toggle("call-soon", soon);
  }

  /**
   * Something else, such as a telephone call, has the person's devices.
   * @param {string} words what is interrupted; empty for nothing
   * @param {string} again what the button takes back; empty where it comes back by itself
   */
  showInterrupted(words, again) {
    element("interrupted", HTMLElement).hidden = words === "";
    element("interrupted-words", HTMLElement).textContent = words;
    element("interrupted-wait", HTMLElement).hidden = again !== "";
    this.resume.textContent = again;
    this.resume.hidden = this.without.hidden = again === "";
  }

  /** Whether this browser lets a page choose what plays its sound. */
  get choosesSpeaker() {
    return typeof this.#sound.setSinkId === "function";
  }

  /** @param {string} id empty for the device's own choice */
  useSpeaker(id) {
    if (!this.choosesSpeaker) return;
    for (const each of this.#players) each.setSinkId(id).catch(() => undefined); // unplugged: the device chooses
  }

  /** All that plays sound: the main person's, and the guests'. */
  get #players() {
    return [this.#sound, ...element("guests", HTMLElement).querySelectorAll("video")];
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
    this.#received = stream;
    const shown = this.veiled ? null : stream;
    this.remote.srcObject = this.#sound.srcObject = shown;
    if (shown) this.listen();
    this.hears();
  }

  /** The sound of the main person, while there is any. */
  get heard() {
    return this.veiled ? null : this.#received?.getAudioTracks()[0] ?? null;
  }

  /** Called when the sound of the main person comes or goes. */
  hears = () => {};

  /** Whether the person is in the call, or waits to be let in. */
  get inCall() {
    return ["waiting", "alone", "calling", "talking"].includes(this.phase);
  }

  /** Whether nothing of the call is to be seen or heard. */
  get veiled() {
    return this.call.dataset["veiled"] !== undefined;
  }

  /** Takes everything of the call out of sight and hearing at once, or brings it back. @param {boolean} veiled */
  veil(veiled) {
    this.call.toggleAttribute("data-veiled", veiled);
    element("veil", HTMLElement).hidden = !veiled;
    for (const each of this.#players) each.muted = veiled;
    this.showRemote(this.#received);
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
    element(veiled ? "veil" : "microphone", HTMLElement).focus({ preventScroll: true });
  }

  /**
   * @param {Sending | null} sending null if nobody is there
   * @param {boolean} [held] whether the other side's line is too weak for its picture
   * @param {import("./channel.js").Presence | null} [presence] how the other side is there
   */
  showRemoteSending(sending, held = false, presence = null) {
    const dark = sending !== null && !sending.video;
    element("cover", HTMLElement).hidden = !dark;
    element("cover-words", HTMLElement).textContent = held ? "Image coupée pour garder la voix" : dark ? "Caméra coupée" : "";
    element("remote-muted", HTMLElement).textContent = presenceSign(presence, sending);
    this.remote.classList.toggle("whole", sending?.screen ?? false);
    this.shows();
  }

  /**
   * @param {MediaStream} stream
   * @param {Sending} sending
   * @param {boolean} camera whether the camera is on, shown or not
   */
  showSelf(stream, sending, camera) {
    const shown = sending.video ? stream : null; // a stream without a picture would keep the page from being loaded
    if (this.self.srcObject !== shown) this.self.srcObject = shown;
    this.self.classList.toggle("mirrored", !sending.screen);
    element("self-words", HTMLElement).hidden = sending.video;
    element("self-words", HTMLElement).textContent = sending.video ? "" : "Caméra coupée";
    this.turn(this.microphone, sending.audio, sending.audio ? "allumé" : "coupé");
    this.turn(this.camera, camera, camera ? "allumée" : "coupée");
    this.turn(this.share, sending.screen, sending.screen ? "en cours" : "l’écran");
    this.self.classList.toggle("whole", sending.screen);
    this.shows();
  }

  /**
   * Shows the state of a switch, whose name stays the same.
   * @param {HTMLButtonElement} button
   * @param {boolean} on
   * @param {string} [words] its state as visible text
   */
  turn(button, on, words = on ? "oui" : "non") {
    button.setAttribute("aria-checked", String(on));
    const state = button.querySelector("small");
    if (state) state.textContent = words;
  }

  /**
   * The call is over for this page.
   * @param {string} words
   * @param {"again" | "sign-in" | null} wayBack the link to show, if any
   */
  end(words, wayBack) {
    this.phase = "over";
    this.ended();
    this.showKnocking(null);
    this.showRemoteSending(null);
    this.showInterrupted("", "");
    this.begin("");
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
    this.begin("");
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

  /** The tap that enters starts what plays the sound, before there is anything to hear: the browser lets it go on. */
  prime() {
    this.#sound.srcObject ??= new MediaStream();
    this.listen();
  }

  /** Plays the other side's media; if the browser requires a gesture, shows a button. */
  listen() {
    this.#sound.play().then(() => this.#askToListen(false), (error) => this.#askToListen(error.name === "NotAllowedError"));
    for (const each of this.#players) each.play().catch(() => undefined); // the main one asks for the gesture
  }

  /** @param {boolean} ask */
  #askToListen(ask) {
    element("silent", HTMLElement).hidden = !ask;
  }
}
