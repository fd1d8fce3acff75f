// The way to one other participant: the connection, the verification of who holds its other
// end, what the two pages say to one another, and the ladder that keeps the voice.

import { Channel } from "./channel.js";
import { DocumentChannel } from "./document.js";
import { after, beginning, ends, signing, statistics, talking } from "./ladder.js";
import { Peer, configuration } from "./peer.js";
import { LineQuality } from "./quality.js";
import { LongSilence } from "./silence.js";
import { tunePicture, tuneVoice } from "./sending.js";
import { Verification } from "./verification.js";

/** @typedef {import("./channel.js").Said} Said */
/** @typedef {import("./channel.js").Presence} Presence */
/** @typedef {import("./signaling.js").Sending} Sending */
/** @typedef {import("./media.js").Media} Media */

/**
 * @typedef {object} LinkListener
 * @property {(message: import("./signaling.js").Outgoing) => void} signal a message for the other side, by way of the server
 * @property {(stream: MediaStream) => void} show what the other side sends
 * @property {(state: RTCPeerConnectionState) => void} state
 * @property {() => void} verified the verification words are known, or whether somebody may stand in between
 * @property {(step: number, before: number) => void} stepped the ladder has changed what is sent
 * @property {(message: Said | import("./document.js").DocumentNews, before: Presence) => void} said with how the other side was there before
 * @property {() => void} opened the two pages can talk directly
 * @property {() => void} held whether a picture is sent has changed
 */

/** From which loudness on, of 1, somebody is shown to make a sound. */
const heard = 0.01;

export class Link {
  /** Who it is with; null while it only gathers candidates. @type {string | null} */
  with = null;
  /** Whether it only goes on until a fresh one replaces it. */
  old = false;
  /** What the other side sends, as it said. @type {Sending | null} */
  remote = null;
  /** Whether the other side's line is too weak for its picture. */
  remoteHolds = false;
  /** How the other side is there, as it said. @type {Presence} */
  presence = { type: "presence", interrupted: false, hidden: false, signing: false, floor: false, captions: false };
  /** Whether nothing has arrived for so long that the telephone is the way. */
  silent = false;
  /** The verification words: undefined until they are known, null if somebody may stand in between. @type {string | null | undefined} */
  words;
  #silence = new LongSilence();
  #media;
  #listener;
  #course = talking;
  #ladder = beginning(performance.now());
  /** The last step that was said. */
  #told = this.#ladder.step;
  /** Whether the other side wants a picture: its own line may be too weak. */
  #wanted = true;
  /** @type {Channel | null} */
  #channel = null;
  /** @type {DocumentChannel | null} */
  #documents = null;
  #received = new MediaStream();
  /** What was last said of this side. */
  #saidPresence = "";
  #quality;

  /**
   * @param {RTCIceServer[]} iceServers
   * @param {Media} media
   * @param {LinkListener} listener
   */
  constructor(iceServers, media, listener) {
    this.#media = media;
    this.#listener = listener;
    this.verification = new Verification({
      commit: (hash) => this.#signal({ type: "commit", hash }),
      reveal: (nonce) => this.#signal({ type: "reveal", nonce }),
      known: (words) => {
        this.words = words;
        listener.verified();
      },
    });
    this.peer = new Peer(configuration(iceServers), media.stream, {
      description: (description) => {
        this.#signal({ type: "description", description });
        void this.verification.describe(description.sdp);
      },
      candidate: (candidate) => this.#signal({ type: "candidate", candidate }),
      track: (track) => {
        this.#received.addTrack(track);
        listener.show(this.#received);
      },
      state: (state) => this.#follow(state),
      negotiates: (connection) => this.#open(connection),
    });
    this.#quality = new LineQuality(this.peer.connection);
    void this.send("audio", media.audioTrack);
    void this.send("video", media.videoTrack);
  }

  /** Whether a picture exists and is not sent: the line is too weak, or the other side's. */
  get holding() {
    return this.#ladder.step >= ends(this.#course).ownOff || !this.#wanted || this.#media.voiceOnly;
  }

  /** Whether something is heard of the other side now. */
  get sounds() {
    return this.peer.loudness > heard;
  }

  /** Whether the picture comes before the sound. */
  get signs() {
    return this.#course === signing;
  }

  /** @param {string} id calls this participant, who came later */
  call(id) {
    this.with = id;
    this.peer.call();
  }

  /** @param {string} id waits for the offer of this participant, who was there before */
  expect(id) {
    this.with = id;
    this.peer.expect();
  }

  /** @param {RTCSessionDescriptionInit} description */
  async receive(description) {
    await this.verification.hear(description.sdp ?? "");
    await this.peer.receive(description);
  }

  /**
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  async send(kind, track) {
    const held = kind === "video" ? this.holding : this.#ladder.mute;
    await this.peer.send(kind, held ? null : track);
    await this.#tune();
  }

  /** Returns whether it is on its way. @param {Said} message */
  say(message) {
    return this.#channel?.say(message) ?? false;
  }

  /** Shows the other side a document, or closes the one that is shown. @param {Blob | null} document */
  show(document) {
    if (document) void this.#documents?.send(document);
    else this.#documents?.close();
  }

  /** Tells the other side how this one is there, if that has changed. @param {Presence} presence */
  sayPresence(presence) {
    void this.#takeCourse();
    const words = JSON.stringify(presence);
    if (words !== this.#saidPresence && this.say(presence)) this.#saidPresence = words;
  }

  /** Whether only the voice is wanted was changed by hand. */
  async preferVoice() {
    this.#sayWish();
    await this.#hold();
  }

  /**
   * Measures the line and lets the ladder follow.
   * @param {number} at milliseconds, from performance.now()
   */
  async measure(at) {
    const seen = await this.#quality.measure();
    const expected = this.remote !== null && (this.remote.audio || this.remote.video);
    this.silent = this.#silence.lasts(at, expected && (seen?.received ?? 0) === 0);
    if (!seen) return null;
    if (this.peer.connection.connectionState !== "connected") return seen; // a cut tells nothing of the line after it
    const before = this.#ladder;
    const picture = this.#media.videoTrack !== null && this.#wanted && !this.#media.voiceOnly;
    this.#ladder = after(this.#course, before, statistics(this.#course, before, seen, at, picture));
    if (this.#ladder.step > before.step) this.#quality.steppedDown();
    if (this.#ladder.step !== before.step || this.#ladder.lean !== before.lean || this.#ladder.mute !== before.mute) await this.#step(before.step);
    this.#settle();
    return seen;
  }

  close() {
    this.peer.close();
  }

  /** @param {import("./signaling.js").Unaddressed} message dropped while nobody is there, and by a link that is to be replaced */
  #signal(message) {
    if (this.with !== null && !this.old) this.#listener.signal({ ...message, to: this.with });
  }

  /** @param {RTCPeerConnectionState} state */
  async #follow(state) {
    this.#listener.state(state);
    if (state === "connected") await this.#begin();
  }

  /** Begins the ladder anew: the line may be another one. */
  async #begin() {
    this.#ladder = beginning(performance.now());
    this.#sayWish();
    await this.#hold();
    this.#settle();
  }

  /** @param {RTCPeerConnection} connection */
  #open(connection) {
    this.#channel ??= new Channel(connection, {
      opened: () => this.#opened(),
      said: (message) => this.#hear(message),
    });
    this.#documents ??= new DocumentChannel(connection, (news) => this.#listener.said(news, this.presence));
  }

  /** The other side learns what it missed. */
  #opened() {
    this.#sayWish();
    this.#listener.opened();
  }

  /** Holds on to the picture first, or to the voice: to the picture as soon as one of the two signs. */
  async #takeCourse() {
    const course = this.#media.signing || this.presence.signing ? signing : talking;
    if (course === this.#course) return;
    this.#course = course;
    this.#ladder = beginning(performance.now());
    await this.#hold();
  }

  /** @param {Said} message */
  async #hear(message) {
    if (message.type === "picture") {
      if (message.wanted === this.#wanted) return;
      this.#wanted = message.wanted;
      await this.#hold();
    }
    const before = this.presence;
    if (message.type === "presence") {
      this.presence = message;
      await this.#takeCourse();
    }
    if (message.type === "step") this.remoteHolds = message.step >= ends(this.#course).ownOff;
    this.#listener.said(message, before);
  }

  /** @param {number} before the step that was left */
  async #step(before) {
    const { bothOff } = ends(this.#course);
    if ((before >= bothOff) !== (this.#ladder.step >= bothOff)) this.#sayWish();
    await this.#hold();
  }

  /** Says a step on both sides, but not one that is only tried. */
  #settle() {
    const { step, climbing } = this.#ladder;
    if (climbing !== null || step === this.#told) return;
    this.say({ type: "step", step });
    this.#listener.stepped(step, this.#told);
    this.#told = step;
  }

  /** Tells the other side whether this one wants its picture. */
  #sayWish() {
    this.say({ type: "picture", wanted: this.#ladder.step < ends(this.#course).bothOff && !this.#media.voiceOnly });
  }

  /** Sends picture and voice, or holds them back. */
  async #hold() {
    await this.send("video", this.#media.videoTrack);
    await this.send("audio", this.#media.audioTrack);
    this.#listener.held();
  }

  async #tune() {
    const { step, lean } = this.#ladder;
    const voice = this.peer.sender("audio");
    if (voice) await tuneVoice(voice, lean, this.#course === signing ? "low" : "high");
    const picture = this.#course.pictures[step];
    const sender = this.peer.sender("video");
    if (picture && sender?.track) await tunePicture(sender, picture, step, this.#media.sending.screen);
  }
}
