// The call: turns the server's messages into a connection and updates the page.
//
// `joined` always means a fresh connection: the participant who was there sends an offer at once,
// and the one who was just welcomed waits for it, even if an older connection is
// still open, which continues until the new one replaces it.

import { Peer, configuration } from "./peer.js";
import { LineQuality, levels } from "./quality.js";
import { Signaling, closing, notByVideo } from "./signaling.js";
import { timeLeft } from "./clock.js";
import { verificationWords } from "./verification.js";

/** @typedef {import("./signaling.js").ServerMessage} ServerMessage */

const measureEvery = 2000;

export class Call {
  #page;
  #media;
  #signaling;
  #iceServers;
  #hours;
  /** @type {Peer} */
  #peer;
  /** Who the peer is connected to, null while it only gathers. @type {string | null} */
  #with = null;
  /** Whether the next offer belongs to a fresh connection. */
  #welcomedAnew = false;
  /** @type {string | null} */
  #knocker = null;
  /** @type {LineQuality} */
  #quality;

  /**
   * @param {import("./page.js").Page} page
   * @param {import("./media.js").Media} media
   */
  constructor(page, media) {
    this.#page = page;
    this.#media = media;
    this.#hours = page.hours;
    this.#iceServers = page.iceServers;
    this.#peer = this.#build();
    this.#quality = new LineQuality(this.#peer.connection);
    this.#signaling = new Signaling(page.socket, {
      message: (message) => this.#receive(message),
      lost: () => page.say("Connexion au serveur perdue. Elle revient toute seule, gardez cette page ouverte."),
      closed: (code, reason) => this.#closed(code, reason),
    });
  }

  start() {
    this.#signaling.open();
    this.#tick();
    setInterval(() => this.#tick(), measureEvery);
  }

  /**
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  async send(kind, track) {
    await this.#peer.send(kind, track);
  }

  /** Sends the other side which devices are on. */
  tell() {
    this.#signaling.send({ type: "state", ...this.#media.sending });
  }

  admit() {
    if (this.#knocker === null) return;
    this.#signaling.send({ type: "admit", id: this.#knocker });
    this.#knock(null);
  }

  leave() {
    this.#end("Vous avez quitté l’appel.", "again");
  }

  /** @param {ServerMessage} message */
  async #receive(message) {
    switch (message.type) {
      case "waiting":
        return this.#wait();
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
        return message.from === this.#with ? this.#peer.addCandidate(message.candidate) : undefined;
      case "state":
        return this.#page.showRemoteSending(message);
      case "ice":
        return this.#useRelays(message.ice_servers);
      case "ending":
        return this.#ending(message.at);
      case "error":
        return this.#page.say(message.message);
      default: // a newer server may send unknown messages
        return undefined;
    }
  }

  #wait() {
    this.#page.phase = "waiting";
    this.#page.say("Vous patientez dans la salle d’attente.");
  }

  /** @param {import("./signaling.js").Welcome} welcome */
  #enter(welcome) {
    this.#hours.closesAt = Date.parse(welcome.closes_at);
    this.#useRelays(welcome.ice_servers);
    this.#welcomedAnew = true;
    this.tell();
    if (welcome.participants.length > 0) {
      if (this.#page.phase !== "talking") this.#page.phase = "calling";
      this.#page.say("Vous êtes dans l’appel. L’image arrive…");
      return;
    }
    this.#hangUp();
    this.#page.say("Vous êtes dans l’appel.");
  }

  /** @param {import("./signaling.js").Participant | null} participant */
  #knock(participant) {
    this.#knocker = participant?.id ?? null;
    this.#page.showKnocking(participant?.name ?? null);
  }

  /** @param {import("./signaling.js").Participant} participant */
  #meet(participant) {
    if (participant.id === this.#knocker) this.#knock(null);
    this.#renew();
    this.#with = participant.id;
    this.#page.phase = "calling";
    this.#page.say(`${participant.name} entre dans l’appel…`);
    this.#peer.call();
    this.tell();
  }

  /** @param {string} id */
  #part(id) {
    if (id === this.#knocker) this.#knock(null);
    if (id !== this.#with) return;
    this.#hangUp();
    this.#page.say(`${this.#page.with} a quitté l’appel. S’il s’agit d’une coupure, l’appel reprendra tout seul.`);
  }

  /**
   * @param {string} from
   * @param {RTCSessionDescriptionInit} description
   */
  async #describe(from, description) {
    if (description.type === "offer" && (this.#welcomedAnew || this.#with === null)) {
      this.#renew();
      this.#with = from;
      this.#peer.expect();
    }
    if (from !== this.#with) return;
    await this.#peer.receive(description);
    this.tell();
  }

  /** @param {RTCIceServer[]} iceServers */
  #useRelays(iceServers) {
    if (JSON.stringify(iceServers) === JSON.stringify(this.#iceServers)) return; // gathered candidates stay valid
    this.#iceServers = iceServers;
    this.#peer.useRelays(iceServers);
  }

  /** @param {string} at */
  #ending(at) {
    this.#hours.closesAt = Date.parse(at);
    this.#page.say("L’appel va se terminer.");
    this.#tick();
  }

  /** Ensures that the peer has never been connected. */
  #renew() {
    this.#welcomedAnew = false;
    if (this.#with === null) return;
    this.#peer.close();
    this.#peer = this.#build();
  }

  /** Prepares for the next participant after the other one has left. */
  #hangUp() {
    this.#renew();
    this.#with = null;
    this.#page.showRemote(null);
    this.#page.showRemoteSending(null);
    this.#page.showQuality("", "");
    this.#page.phase = "alone";
  }

  /** Creates a connection that gathers candidates and sends the current tracks. */
  #build() {
    const remote = new MediaStream();
    const peer = new Peer(configuration(this.#iceServers), this.#media.stream, {
      description: (description) => this.#signal(peer, (to) => this.#signaling.send({ type: "description", to, description })),
      candidate: (candidate) => this.#signal(peer, (to) => this.#signaling.send({ type: "candidate", to, candidate })),
      track: (track) => this.#show(remote, track),
      state: (state) => this.#follow(peer, state),
    });
    void peer.send("audio", this.#media.audioTrack);
    void peer.send("video", this.#media.videoTrack);
    this.#quality = new LineQuality(peer.connection);
    Object.defineProperty(this.#page.call, "peerConnection", { value: peer.connection, configurable: true }); // for support
    return peer;
  }

  /**
   * Sends a message of the current connection; those of an older one, which is to
   * be replaced, are dropped.
   * @param {Peer} peer
   * @param {(to: string) => void} send
   */
  #signal(peer, send) {
    if (peer === this.#peer && this.#with !== null && !this.#welcomedAnew) send(this.#with);
  }

  /**
   * @param {MediaStream} remote
   * @param {MediaStreamTrack} track
   */
  #show(remote, track) {
    remote.addTrack(track);
    this.#page.showRemote(remote);
  }

  /**
   * @param {Peer} peer
   * @param {RTCPeerConnectionState} state
   */
  async #follow(peer, state) {
    if (peer !== this.#peer) return;
    if (state === "disconnected" || state === "failed") this.#page.say("La connexion est coupée. L’appel reprend tout seul dès qu’elle revient.");
    if (state !== "connected") return;
    this.#page.phase = "talking";
    this.#page.say(`Vous êtes avec ${this.#page.with}.`);
    const { localDescription, remoteDescription } = peer.connection;
    const code = await verificationWords(localDescription?.sdp ?? "", remoteDescription?.sdp ?? "");
    if (peer === this.#peer) this.#page.showCode(code);
  }

  async #tick() {
    this.#page.showTimeLeft(timeLeft(this.#page.now, this.#hours));
    if (this.#page.phase !== "talking") return;
    const level = await this.#quality.measure();
    if (level && this.#page.phase === "talking") this.#page.showQuality(level, levels[level]);
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
    this.#hangUp();
    this.#peer.close();
    this.#page.end(words, wayBack);
  }
}
