// The call: turns the server's messages into links to the other participants and updates the
// page.
//
// `joined` always means a fresh link: the participant who was there sends an offer at once,
// and the one who was just welcomed waits for it, even if an older link is still open, which
// goes on until the new one replaces it.

import { Link } from "./link.js";
import { grade, levels } from "./quality.js";
import { Signaling, beneficiary, closing, notByVideo, worker } from "./signaling.js";
import { ownStep, otherStep } from "./steps.js";
import { presenceChange } from "./presence.js";
import { roleWords } from "./tiles.js";
import { endsSoon, timeLeft, timeSaid, waitingSaid, waitsInVain } from "./clock.js";
import { windowLength } from "./ladder.js";

/** @typedef {import("./signaling.js").ServerMessage} ServerMessage */
/** @typedef {import("./tiles.js").Tile} Tile */

/** @typedef {import("./channel.js").Said | import("./document.js").DocumentNews} News what the others' pages say and show */

/**
 * Who shows what the others write, show and point at.
 * @typedef {object} Reader
 * @property {(from: string, message: News) => void} hear
 * @property {(who: string) => void} met somebody can be told from now on
 * @property {(who: string) => void} left
 */

/** How often it is looked who makes a sound, in milliseconds. */
const speaksFor = 300;

export class Call {
  #page;
  #media;
  #signaling;
  #iceServers;
  #hours;
  /** By participant. @type {Map<string, Link>} */
  #links = new Map();
  /** Gathers candidates before anybody is there. @type {Link | null} */
  #spare;
  /** @type {Map<string, import("./signaling.js").Participant>} */
  #people = new Map();
  /** Who waits, in the order in which they came. @type {Map<string, import("./signaling.js").Participant>} */
  #waiting = new Map();
  /** The pictures of everybody but the main person. @type {Map<string, Tile>} */
  #tiles = new Map();
  /** Since when the worker knows that this person waits. @type {number | null} */
  #toldAt = null;
  /** When the time left was last looked at. */
  #lastTick;
  /** @type {Reader[]} */
  #readers = [];

  /**
   * @param {import("./page.js").Page} page
   * @param {import("./media.js").Media} media
   */
  constructor(page, media) {
    this.#page = page;
    this.#media = media;
    this.#hours = page.hours;
    this.#lastTick = page.now;
    this.#iceServers = page.iceServers;
    this.#spare = this.#build();
    // For support: the connection to the main person, or the one that waits for them.
    Object.defineProperty(page.call, "peerConnection", { get: () => (this.#links.get(page.isWorker ? beneficiary : worker) ?? this.#spare)?.peer.connection });
    this.#signaling = new Signaling(page.socket, {
      message: (message) => this.#receive(message),
      lost: () => page.say("Connexion au serveur perdue. Elle revient toute seule, gardez cette page ouverte.", "line"),
      closed: (code, reason) => this.#closed(code, reason),
    });
    void this.#tick();
    setInterval(() => this.#tick(), windowLength);
    setInterval(() => this.#showWhoSpeaks(), speaksFor);
  }

  /**
   * The person enters.
   * @param {...Reader} readers
   */
  start(...readers) {
    this.#readers = readers;
    this.#signaling.open();
  }

  /**
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  async send(kind, track) {
    await Promise.all(this.#all().map((link) => link.send(kind, track)));
  }

  /** Sends the other side what it can see and hear. */
  tell() {
    const { audio, video, screen } = this.#media.sending;
    const held = [...this.#links.values()].some((link) => link.holding);
    this.#signaling.send({ type: "state", audio, video: video && !held, screen: screen && !held });
    for (const link of this.#links.values()) link.sayPresence(this.#presence);
    this.#showCourse();
  }

  /** Where one of them signs, everybody is seen as large, and may take the floor. */
  #showCourse() {
    this.#page.showSigning(this.#media.signing || [...this.#links.values()].some((link) => link.signs));
  }

  /** Shows who makes a sound, for whoever hears little, and who has the floor in sign language. */
  #showWhoSpeaks() {
    for (const link of this.#links.values()) {
      const speaks = { sounds: link.sounds, signs: link.presence.floor };
      if (this.#isMain(link.with)) this.#page.showSpeaking(speaks);
      else this.#tiles.get(link.with ?? "")?.showSpeaking(speaks);
    }
  }

  /** How this side is there. @returns {import("./channel.js").Presence} */
  get #presence() {
    return { type: "presence", interrupted: this.#media.interrupted, hidden: this.#page.veiled, signing: this.#media.signing, floor: this.#media.floor, captions: this.#page.captions };
  }

  /**
   * Tells everybody who can be told; returns whether anybody can.
   * @param {import("./typing.js").Typing | import("./typing.js").Line | import("./marks.js").Mark} message
   */
  write(message) {
    return [...this.#links.values()].map((link) => link.say(message)).some(Boolean);
  }

  /**
   * Shows a document, or closes the one that is shown.
   * @param {Blob | null} document
   * @param {string} [to] everybody otherwise
   */
  show(document, to) {
    for (const [id, link] of this.#links) if (to === undefined || to === id) link.show(document);
  }

  /** Whether only the voice is wanted was changed by hand. */
  async preferVoice() {
    await Promise.all(this.#all().map((link) => link.preferVoice()));
    this.tell();
  }

  /** The first who waits may enter, as far as it is this person's to say. */
  admit() {
    const [first] = this.#waiting.values();
    if (!first) return;
    if (this.#page.isWorker) this.#signaling.send({ type: "admit", id: first.id });
    else this.#signaling.send({ type: "consent", id: first.id, granted: true });
    this.#gone(first.id);
  }

  /** The first who waits, a guest, is sent away. */
  refuse() {
    const [first] = this.#waiting.values();
    if (first) this.#removeGuest(first.id);
  }

  leave() {
    this.#end("Vous avez quitté l’appel.", "again");
  }

  /** @param {ServerMessage} message */
  async #receive(message) {
    switch (message.type) {
      case "waiting":
        return this.#wait(message);
      case "welcome":
        return this.#enter(message);
      case "knocking":
        return this.#knock(message.participant);
      case "joined":
        return this.#meet(message.participant);
      case "left":
        return this.#part(message.id);
      case "description":
        return this.#describe(message.from, message.description);
      case "candidate":
        return this.#links.get(message.from)?.peer.addCandidate(message.candidate);
      case "commit":
        return this.#links.get(message.from)?.verification.committed(message.hash);
      case "reveal":
        return this.#links.get(message.from)?.verification.revealed(message.nonce);
      case "state":
        return this.#showRemoteSending(message);
      case "ice":
        return this.#useRelays(message.ice_servers);
      case "ending":
        return this.#ending(message.at);
      case "error":
        return this.#page.say(message.message, "line");
      default: // a newer server may send unknown messages
        return undefined;
    }
  }

  /** @param {import("./signaling.js").Waiting} message sent again once the worker knows */
  #wait({ told_at: toldAt }) {
    this.#toldAt = toldAt ? Date.parse(toldAt) : null;
    this.#showTime();
    if (this.#page.phase === "waiting") return;
    this.#page.phase = "waiting";
    this.#page.say("Vous patientez dans la salle d’attente.", "people");
  }

  /** @param {import("./signaling.js").Welcome} welcome */
  #enter(welcome) {
    this.#hours.closesAt = Date.parse(welcome.closes_at);
    this.#useRelays(welcome.ice_servers);
    for (const each of welcome.participants) this.#people.set(each.id, each);
    for (const [id, link] of this.#links) {
      if (welcome.participants.some((each) => each.id === id)) link.old = true;
      else this.#hangUp(id);
    }
    this.tell();
    if (welcome.participants.some(({ id }) => this.#isMain(id))) {
      if (this.#page.phase !== "talking") this.#page.phase = "calling";
      this.#page.say("Vous êtes dans l’appel. L’image arrive…", "people");
      return;
    }
    this.#page.phase = "alone";
    this.#page.say("Vous êtes dans l’appel.", "people");
  }

  /** @param {import("./signaling.js").Participant} participant */
  #knock(participant) {
    if (participant.consented && !this.#page.isWorker) return; // this person's own answer
    this.#waiting.set(participant.id, participant);
    this.#showWaiting();
  }

  /** Nobody waits under this identifier any more. @param {string} id */
  #gone(id) {
    if (this.#waiting.delete(id)) this.#showWaiting();
  }

  #showWaiting() {
    const [first] = this.#waiting.values();
    this.#page.showKnocking(first ?? null);
  }

  /** @param {string} id */
  #removeGuest(id) {
    this.#signaling.send({ type: "consent", id, granted: false });
    this.#gone(id);
  }

  /** @param {import("./signaling.js").Participant} participant */
  #meet(participant) {
    const { id, name } = participant;
    this.#gone(id);
    this.#people.set(id, participant);
    this.#renew(id).call(id);
    if (this.#isMain(id) && this.#page.phase !== "talking") this.#page.phase = "calling";
    this.#page.say(`${name} entre dans l’appel…`, "people");
    this.tell();
  }

  /** @param {string} id */
  #part(id) {
    this.#gone(id);
    if (!this.#links.has(id)) return;
    this.#hangUp(id);
    this.#page.say(`${this.nameOf(id)} a quitté l’appel. S’il s’agit d’une coupure, l’appel reprendra tout seul.`, "people");
  }

  /**
   * @param {string} from
   * @param {RTCSessionDescriptionInit} description
   */
  async #describe(from, description) {
    let link = this.#links.get(from);
    if (description.type === "offer" && (!link || link.old)) {
      link = this.#renew(from);
      link.expect(from);
    }
    await link?.receive(description);
    this.tell();
  }

  /** @param {{from: string} & import("./signaling.js").Sending} message */
  #showRemoteSending({ from, ...sending }) {
    const link = this.#links.get(from);
    if (!link) return;
    link.remote = sending;
    this.#showSending(link);
  }

  /** @param {Link} link */
  #showSending(link) {
    if (link.remote === null) return;
    if (this.#isMain(link.with)) this.#page.showRemoteSending(link.remote, link.remoteHolds, link.presence);
    else this.#tileOf(link).showSending(link.remote);
  }

  /** @param {RTCIceServer[]} iceServers */
  #useRelays(iceServers) {
    if (JSON.stringify(iceServers) === JSON.stringify(this.#iceServers)) return; // gathered candidates stay valid
    this.#iceServers = iceServers;
    for (const link of this.#all()) link.peer.useRelays(iceServers);
  }

  /** @param {string} at */
  #ending(at) {
    this.#hours.closesAt = Date.parse(at);
    this.#page.say("L’appel va se terminer.", "time");
    this.#tick();
  }

  #all() {
    return [...this.#links.values(), ...(this.#spare ? [this.#spare] : [])];
  }

  /** @param {string | null} id */
  nameOf(id) {
    return this.#people.get(id ?? "")?.name ?? this.#page.with;
  }

  /** Whether this is the person whose picture is large: the appointment's other one, and the worker for a guest. @param {string | null} id */
  #isMain(id) {
    return id === (this.#page.isWorker ? beneficiary : worker);
  }

  /** @param {Link} link */
  #tileOf(link) {
    const id = link.with ?? "";
    let tile = this.#tiles.get(id);
    if (!tile) {
      const who = this.#people.get(id) ?? { id, name: this.#page.with, role: "relative" };
      tile = this.#page.addTile(who, this.#page.isGuest || roleWords(who.role) === "" ? null : () => this.#removeGuest(id));
      this.#tiles.set(id, tile);
    }
    return tile;
  }

  /** A link to this participant that has never been connected. @param {string} id */
  #renew(id) {
    this.#links.get(id)?.close();
    const link = this.#spare ?? this.#build();
    this.#spare = null;
    this.#links.set(id, link);
    return link;
  }

  /** Ends the link to a participant who has left, and prepares for the next one. @param {string} id */
  #hangUp(id) {
    this.#links.get(id)?.close();
    this.#links.delete(id);
    this.#tiles.get(id)?.remove();
    this.#tiles.delete(id);
    for (const each of this.#readers) each.left(id);
    if (this.#links.size === 0) this.#spare ??= this.#build();
    if (!this.#isMain(id)) return;
    this.#page.showRemote(null);
    this.#page.showRemoteSending(null);
    this.#page.showQuality("", "");
    this.#page.offerPhone(false);
    this.#page.phase = "alone";
  }

  /** Creates a link that gathers candidates and sends the current tracks. */
  #build() {
    /** @type {Link} */
    const link = new Link(this.#iceServers, this.#media, {
      signal: (message) => this.#signaling.send(message),
      show: (stream) => (this.#isMain(link.with) ? this.#page.showRemote(stream) : this.#tileOf(link).show(stream)),
      state: (state) => this.#follow(link, state),
      verified: () => this.#showCode(link),
      stepped: (step, before) => this.#page.say(ownStep(step, before, this.nameOf(link.with), link.signs), "line"),
      said: (message, before) => this.#hear(link, message, before),
      opened: () => this.#greet(link),
      held: () => this.tell(),
    });
    return link;
  }

  /** @param {Link} link */
  #isCurrent(link) {
    return link.with !== null && this.#links.get(link.with) === link;
  }

  /**
   * @param {Link} link
   * @param {News} message
   * @param {import("./channel.js").Presence} before how the other side was there
   */
  #hear(link, message, before) {
    if (!this.#isCurrent(link) || link.with === null) return;
    const name = this.nameOf(link.with);
    for (const each of this.#readers) each.hear(link.with, message);
    if (message.type === "step") {
      this.#page.say(otherStep(message.step, name, link.signs), "line");
      this.#showSending(link);
    }
    if (message.type === "picture") this.#page.say(message.wanted ? `${name} peut de nouveau recevoir votre image.` : `${name} ne reçoit plus votre image, pour garder la voix.`, "picture");
    if (message.type !== "presence") return;
    const words = presenceChange(before, message, name);
    if (words !== "") this.#page.say(words, "presence");
    this.#showSending(link);
    this.#showCourse();
  }

  /** Somebody can read directly. @param {Link} link */
  #greet(link) {
    link.sayPresence(this.#presence);
    for (const each of this.#readers) each.met(link.with ?? "");
  }

  /**
   * @param {Link} link
   * @param {RTCPeerConnectionState} state
   */
  #follow(link, state) {
    if (!this.#isCurrent(link)) return;
    if (state === "disconnected" || state === "failed") this.#page.say("La connexion est coupée. L’appel reprend tout seul dès qu’elle revient.", "line");
    if (state !== "connected") return;
    if (this.#isMain(link.with)) this.#page.phase = "talking";
    this.#page.say(`Vous êtes avec ${this.#everybody()}.`, "people");
    for (const each of this.#links.values()) this.#showCode(each);
  }

  #everybody() {
    return new Intl.ListFormat("fr").format([...this.#links.keys()].map((id) => this.nameOf(id)));
  }

  /** @param {Link} link */
  #showCode(link) {
    if (!this.#isCurrent(link) || link.words === undefined) return;
    if (link.words === null) this.#page.distrust();
    else if (!this.#isMain(link.with)) this.#tileOf(link).showCode(link.words);
    else if (this.#page.phase === "talking") this.#page.showCode(link.words);
  }

  async #tick() {
    this.#showTime();
    for (const link of this.#links.values()) await this.#measure(link);
  }

  #showTime() {
    const { now, phase } = this.#page;
    this.#page.showTimeLeft(timeLeft(now, this.#hours), endsSoon(now, this.#hours));
    if (this.#page.isBeneficiary) this.#page.showWaiting(waitingSaid(now, this.#hours, this.#toldAt, this.#page.with), waitsInVain(now, this.#hours));
    const words = timeSaid(this.#lastTick, now, this.#hours);
    if (words !== "" && phase !== "over") this.#page.say(words, "time");
    this.#lastTick = now;
  }

  /** @param {Link} link */
  async #measure(link) {
    const seen = await link.measure(performance.now());
    if (!this.#isCurrent(link) || !this.#isMain(link.with)) return;
    this.#page.offerPhone(link.silent);
    if (!seen || this.#page.phase !== "talking") return;
    const level = grade(seen);
    this.#page.showQuality(level, levels[level]);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #closed(code, reason) {
    if (code === closing.signedOut) {
      this.#end("Vous n’êtes plus connecté.", "sign-in");
      document.dispatchEvent(new Event("session-ended"));
    }
    else if (code === closing.over && reason === notByVideo) this.#end("Ce rendez-vous se fait maintenant par téléphone.", null);
    else if (code === closing.over) this.#end("L’appel est terminé.", null);
    else if (code === closing.replaced) this.#end("L’appel continue dans une autre fenêtre.", "again");
    else this.#end("L’appel s’est arrêté.", "again");
  }

  /**
   * @param {string} words
   * @param {"again" | "sign-in" | null} wayBack
   */
  #end(words, wayBack) {
    this.#signaling.close();
    this.#media.close();
    for (const link of this.#all()) link.close();
    for (const id of [...this.#links.keys()]) this.#hangUp(id);
    this.#spare?.close();
    this.#page.end(words, wayBack);
  }
}
