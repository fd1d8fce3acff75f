// What this person sends: microphone, camera, screen. Whatever is missing or
// refused, the call continues with the rest.

import { ask } from "./asking.js";
import { agentOf, deniedBySystem, explain, isPhone, mutedByHardware, nameOf } from "./help.js";

/** @typedef {import("./help.js").Device} Device */
/** @typedef {"audio" | "video"} Kind */
/** @typedef {"user" | "environment"} Facing of a phone's camera: towards the person, or away */

/** Whether this browser can show a screen; phones mostly cannot. */
export const canShareScreen = typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** Errors that are said once for both devices. */
const alike = new Set(["NotAllowedError", deniedBySystem, "NotSupportedError"]);

const agent = agentOf(navigator.userAgent);

/**
 * @typedef {object} MediaListener
 * @property {(kind: Kind, track: MediaStreamTrack | null) => void} sends the track to send from now on
 * @property {() => void} changed a device was turned on or off, or is interrupted
 */

export class Media {
  /** What this person sees of themselves, and what the senders belong to. */
  stream = new MediaStream();
  /** Whether this person wants no picture, neither sent nor received. */
  voiceOnly = false;
  /** Whether this person signs: the picture comes before the sound. */
  signing = false;
  /** Whether this person has taken the floor in sign language. */
  floor = false;
  /** The names of the browser's errors when the devices were opened, empty for none. */
  failed = { microphone: "", camera: "" };
  #listener;
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  #muted = false;
  /** Whether the person wants the camera, there or not. */
  #wantsCamera = false;
  /** @type {MediaStreamTrack | null} */
  #camera = null;
  /** @type {MediaStreamTrack | null} */
  #screen = null;
  /** The devices that a telephone call, an alarm or an assistant has taken away for good. @type {Set<Device>} */
  #taken = new Set();
  /** Which device was chosen, by its identifier; empty for the browser's own choice. */
  #chosen;
  /** @type {Facing} */
  #facing = "user";

  /**
   * @param {MediaListener} listener
   * @param {Record<Device, string>} [chosen] the devices to use, where they are still there
   */
  constructor(listener, chosen = { microphone: "", camera: "" }) {
    this.#listener = listener;
    this.#chosen = { ...chosen };
  }

  get chosen() {
    return { ...this.#chosen };
  }

  /** The devices that the person wants on, which may still be asked for. */
  get wanted() {
    return { microphone: !this.#muted, camera: this.#wantsCamera };
  }

  /** The state of the devices for the other side. */
  get sending() {
    return { audio: this.microphone, video: this.#camera !== null || this.#screen !== null, screen: this.#screen !== null };
  }

  get audioTrack() {
    return this.#microphone;
  }

  get videoTrack() {
    return this.#screen ?? this.#camera;
  }

  get microphone() {
    return this.#microphone?.enabled ?? false;
  }

  get camera() {
    return this.#camera !== null;
  }

  /** The devices that are on and give nothing for now: they come back by themselves. */
  get pausedDevices() {
    const paused = /** @type {Device[]} */ ([]);
    if (this.microphone && this.#microphone?.muted) paused.push("microphone");
    if (this.#camera?.muted) paused.push("camera");
    return paused;
  }

  /** The devices that were on and must be taken anew. */
  get takenDevices() {
    return [...this.#taken];
  }

  /** Whether a phone gives a device to something else: a telephone call, an alarm, an assistant. */
  get interrupted() {
    return isPhone(agent) && this.pausedDevices.length + this.#taken.size > 0;
  }

  /** Whether the camera can be turned around, as on a phone. */
  get turnsAround() {
    return this.#camera?.getSettings().facingMode !== undefined;
  }

  /**
   * Asks for both at once, so that the browser asks the person once; then for
   * each separately. Returns, as text, why a wanted device is missing.
   * @param {Record<Device, boolean>} wanted
   */
  async open(wanted) {
    this.#muted = !wanted.microphone;
    this.#wantsCamera = wanted.camera;
    if (wanted.microphone && wanted.camera && await this.#tryBoth()) return "";
    const microphone = wanted.microphone ? await this.#try("microphone") : "";
    const camera = wanted.camera ? await this.#try("camera") : "";
    this.failed = { microphone, camera };
    if (alike.has(microphone) && camera === microphone) return words("both", camera);
    return `${words("microphone", microphone)} ${words("camera", camera)}`.trim();
  }

  /** Turns the microphone on or off; returns why it cannot be turned on, as text. */
  async toggleMicrophone() {
    this.#muted = this.microphone;
    if (!this.#microphone) return words("microphone", await this.#try("microphone"));
    this.#microphone.enabled = !this.#muted;
    this.#listener.changed();
    return words("microphone", this.microphone && this.#microphone.muted ? mutedByHardware : "");
  }

  /**
   * Turns the camera on or off; returns why it cannot be turned on, as text. Off
   * means released: its light goes out.
   */
  async toggleCamera() {
    this.#wantsCamera = !this.camera;
    if (!this.#camera) return words("camera", await this.#try("camera"));
    this.#camera.stop();
    this.#setCamera(null);
    return "";
  }

  /** The devices of a kind that can be chosen; without names until one was allowed. @param {MediaDeviceKind} kind */
  async choices(kind) {
    const all = await navigator.mediaDevices?.enumerateDevices() ?? [];
    return all.filter((each) => each.kind === kind && each.label !== "");
  }

  /** The identifier of the device in use, empty for none. @param {Device} device */
  inUse(device) {
    const track = device === "microphone" ? this.#microphone : this.#camera;
    return track?.getSettings().deviceId ?? "";
  }

  /**
   * Uses another device from now on, at once if it is on; returns why it cannot, as text.
   * @param {Device} device
   * @param {string} id
   */
  async choose(device, id) {
    this.#chosen[device] = id;
    return this.#replace(device);
  }

  /** Uses a phone's other camera. */
  async turnAround() {
    this.#facing = this.#camera?.getSettings().facingMode === "environment" ? "user" : "environment";
    this.#chosen.camera = "";
    return this.#replace("camera");
  }

  /** Opens anew what was taken away; returns why it cannot, as text. */
  async takeBack() {
    const reasons = await Promise.all(this.takenDevices.map(async (device) => words(device, await this.#try(device))));
    return reasons.join(" ").trim();
  }

  /** Turns both off, and lets go of them. */
  turnOff() {
    this.#muted = true;
    this.#wantsCamera = false;
    for (const track of [this.#microphone, this.#camera]) track?.stop();
    this.#setMicrophone(null);
    this.#setCamera(null);
  }

  /** Forgets what was taken away: the person goes on without. */
  giveUp() {
    this.#taken.clear();
  }

  /** Starts or stops showing the screen in place of the camera. */
  async toggleScreen() {
    if (this.#screen) {
      this.#screen.stop();
      this.#setScreen(null);
      return "";
    }
    try {
      const display = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
      this.#setScreen(display.getVideoTracks()[0] ?? null);
      return "";
    } catch {
      return "L’écran n’est pas partagé.";
    }
  }

  close() {
    this.#screen?.stop();
    this.#setScreen(null);
    this.turnOff();
  }

  async #tryBoth() {
    try {
      if (!navigator.mediaDevices) return false;
      const found = await ask({ ...this.#constraints("microphone"), ...this.#constraints("camera") });
      this.#setMicrophone(found.getAudioTracks()[0] ?? null);
      this.#setCamera(found.getVideoTracks()[0] ?? null);
      return true;
    } catch {
      return false; // the caller then tries each separately
    }
  }

  /**
   * Opens one device; returns the name of the browser's error, empty on success.
   * @param {Device} device
   * @returns {Promise<string>}
   */
  async #try(device) {
    if (!navigator.mediaDevices) return "NotSupportedError";
    try {
      const track = (await ask(this.#constraints(device))).getTracks()[0] ?? null;
      if (device === "microphone") this.#setMicrophone(track);
      else this.#setCamera(track);
      return track?.muted ? mutedByHardware : "";
    } catch (error) {
      if (nameOf(error) !== "OverconstrainedError" || this.#chosen[device] === "") return nameOf(error);
      this.#chosen[device] = ""; // it is not there any more
      return this.#try(device);
    }
  }

  /**
   * @param {Device} device
   * @returns {MediaStreamConstraints}
   */
  #constraints(device) {
    const chosen = this.#chosen[device];
    const own = chosen === "" ? {} : { deviceId: { exact: chosen } }; // Chromium takes the default one where it is only a wish
    if (device === "microphone") return { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...own } };
    const side = chosen === "" ? { facingMode: this.#facing } : own;
    return { video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 }, ...side } };
  }

  /** Opens a device that is on anew: many phones cannot open two cameras at a time. @param {Device} device */
  async #replace(device) {
    const before = device === "microphone" ? this.#microphone : this.#camera;
    if (!before) return "";
    if (device === "camera") before.stop();
    const reason = await this.#try(device);
    if (this.#microphone !== before) before.stop();
    if (this.#camera === before) this.#setCamera(null); // it is stopped already
    return words(device, reason);
  }

  /** @param {MediaStreamTrack | null} track */
  #setMicrophone(track) {
    this.#microphone = track;
    if (track) track.enabled = !this.#muted;
    this.#watch("microphone", track, () => this.#microphone === track, () => this.#setMicrophone(null));
    this.#listener.sends("audio", track);
    this.#listener.changed();
  }

  /** @param {MediaStreamTrack | null} track */
  #setCamera(track) {
    if (track && !this.#wantsCamera) return track.stop(); // turned off while the browser still asked
    this.#camera = track;
    this.#watch("camera", track, () => this.#camera === track, () => this.#setCamera(null));
    this.#showVideo();
  }

  /**
   * Notices when something else takes a device away, for a while or for good.
   * @param {Device} device
   * @param {MediaStreamTrack | null} track
   * @param {() => boolean} current whether the track is still the device's
   * @param {() => void} gone
   */
  #watch(device, track, current, gone) {
    if (!track) return;
    this.#taken.delete(device);
    for (const event of ["mute", "unmute"]) track.addEventListener(event, () => current() && this.#listener.changed());
    track.addEventListener("ended", () => {
      if (!current()) return;
      if (track.enabled) this.#taken.add(device);
      gone();
    });
  }

  /** @param {MediaStreamTrack | null} track */
  #setScreen(track) {
    this.#screen = track;
    if (track) track.contentHint = "detail"; // prefers legible text to smooth motion
    track?.addEventListener("ended", () => this.#screen === track && this.#setScreen(null));
    this.#showVideo();
  }

  #showVideo() {
    const shown = this.videoTrack;
    for (const old of this.stream.getVideoTracks()) if (old !== shown) this.stream.removeTrack(old);
    if (shown) this.stream.addTrack(shown);
    this.#listener.sends("video", shown);
    this.#listener.changed();
  }
}

/** What the person presses once the cause is mended. */
const presses = Object.freeze({ microphone: "puis appuyez sur « Micro »", camera: "puis appuyez sur « Caméra »", both: "puis rechargez la page" });

/**
 * Why a device cannot be used, in words.
 * @param {Device | "both"} device
 * @param {string} error name of the browser's error, empty for none
 */
function words(device, error) {
  return explain(device, error, agent, presses[device]);
}
