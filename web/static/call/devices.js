// The choice of microphone, camera and speaker, before the call and during it: what the
// microphone hears is shown and said in words, and a sound can be played.

import { agentOf, explain, mutedByHardware, silent } from "./help.js";
import { element } from "./page.js";
import { Ear, chime } from "./sound.js";

/** @typedef {import("./help.js").Device} Device */

/** How long a microphone may stay silent before the person is told, in milliseconds. */
const hearFor = 8000;

const heardWords = "Nous vous entendons.";
const deafWords = "Le micro est allumé, mais cet appareil ne nous laisse pas l’écouter ici. Demandez à l’autre personne si elle vous entend.";

export class DevicePanel {
  #panel = element("devices", HTMLElement);
  #level = element("level", HTMLMeterElement);
  #selects = {
    microphone: element("microphone-choice", HTMLSelectElement),
    camera: element("camera-choice", HTMLSelectElement),
    speaker: element("speaker-choice", HTMLSelectElement),
  };
  #media;
  #page;
  /** @type {Ear | null} */
  #ear = null;
  /** @type {MediaStreamTrack | null} */
  #heardTrack = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  /** The chosen speaker; empty for the device's own choice. */
  speaker = "";

  /**
   * @param {import("./page.js").Page} page
   * @param {import("./media.js").Media} media
   * @param {() => void} chosen another device was chosen
   */
  constructor(page, media, chosen) {
    this.#page = page;
    this.#media = media;
    for (const device of /** @type {const} */ (["microphone", "camera"])) {
      this.#selects[device].addEventListener("change", () => void this.#choose(device).then(chosen));
    }
    this.#selects.speaker.addEventListener("change", () => {
      this.useSpeaker(this.#selects.speaker.value);
      chosen();
    });
    element("play", HTMLButtonElement).addEventListener("click", () => void chime(this.speaker));
    element("devices-close", HTMLButtonElement).addEventListener("click", () => this.close());
    navigator.mediaDevices?.addEventListener("devicechange", () => this.isOpen && void this.#list());
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  open() {
    this.#panel.hidden = false;
    if (this.#page.phase !== "preview") this.#selects.microphone.focus();
    void this.#list();
    this.follow();
  }

  /** During the call, the way back leads to the menu. */
  close() {
    const within = this.#panel.contains(document.activeElement);
    this.#panel.hidden = true;
    this.#deafen();
    if (within) element("more", HTMLElement).focus();
  }

  /** A device was turned on or off: shows what there is now. */
  follow() {
    if (!this.isOpen) return;
    const track = this.#media.microphone ? this.#media.audioTrack : null;
    if (track === this.#heardTrack) return;
    this.#deafen();
    void this.#list();
    if (track) this.#listen(track);
    else this.#say("Le micro est coupé.");
  }

  /** @param {string} id */
  useSpeaker(id) {
    this.speaker = id;
    this.#page.useSpeaker(id);
  }

  /** @param {Device} device */
  async #choose(device) {
    this.#page.advise(await this.#media.choose(device, this.#selects[device].value));
    this.follow();
  }

  /** @param {MediaStreamTrack} track */
  #listen(track) {
    this.#heardTrack = track;
    this.#say(track.muted ? explained(mutedByHardware) : "Parlez un peu, pour voir si nous vous entendons.");
    const ear = this.#ear = new Ear((level) => this.#hear(ear, level));
    ear.listen(track);
    this.#patience = setTimeout(() => !ear.heard && this.#say(unheard(track, ear)), hearFor);
  }

  /**
   * @param {Ear} ear
   * @param {number} level
   */
  #hear(ear, level) {
    if (ear !== this.#ear) return;
    this.#level.value = level;
    if (ear.heard) this.#say(heardWords);
  }

  #deafen() {
    clearTimeout(this.#patience);
    const ear = this.#ear;
    this.#ear = this.#heardTrack = null;
    ear?.close();
    this.#level.value = 0;
  }

  /** @param {string} words */
  #say(words) {
    const place = element("level-words", HTMLElement);
    if (place.textContent !== words) place.textContent = words;
  }

  async #list() {
    const [microphones, cameras, speakers] = await Promise.all([this.#media.choices("audioinput"), this.#media.choices("videoinput"), this.#media.choices("audiooutput")]);
    fill(this.#selects.microphone, microphones, this.#media.inUse("microphone"));
    fill(this.#selects.camera, cameras, this.#media.inUse("camera"));
    fill(this.#selects.speaker, this.#page.choosesSpeaker ? speakers : [], this.speaker);
    this.#page.turns.hidden = !this.#media.turnsAround || cameras.length < 2;
  }
}

/**
 * Why nothing was heard.
 * @param {MediaStreamTrack} track
 * @param {Ear} ear
 */
function unheard(track, ear) {
  if (track.muted) return explained(mutedByHardware);
  return ear.listens ? explained(silent) : deafWords;
}

/** @param {string} error */
function explained(error) {
  return explain("microphone", error, agentOf(navigator.userAgent), "");
}

/**
 * Lists devices; nothing to choose from is not shown.
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceInfo[]} devices
 * @param {string} inUse
 */
function fill(select, devices, inUse) {
  select.replaceChildren(...devices.map((each) => new Option(each.label, each.deviceId, false, each.deviceId === inUse)));
  element(`${select.id}-field`, HTMLElement).hidden = devices.length === 0;
}
