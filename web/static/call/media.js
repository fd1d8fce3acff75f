// What this person sends: microphone, camera, screen. Whatever is missing or
// refused, the call continues with the rest.

/** @typedef {"microphone" | "camera"} Device */
/** @typedef {"audio" | "video"} Kind */

/** @type {Record<Device, MediaStreamConstraints>} */
const constraints = {
  microphone: { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } },
  camera: { video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } } },
};

/** In place of the name of the browser's error: the system, not the browser, refuses the device. */
export const deniedBySystem = "SystemNotAllowed";

/** Whether this browser can show a screen; phones mostly cannot. */
export const canShareScreen = typeof navigator.mediaDevices?.getDisplayMedia === "function";

/**
 * @typedef {object} MediaListener
 * @property {(kind: Kind, track: MediaStreamTrack | null) => void} sends the track to send from now on
 * @property {() => void} changed a device was turned on or off
 */

export class Media {
  /** What this person sees of themselves, and what the senders belong to. */
  stream = new MediaStream();
  /** Whether this person wants no picture, neither sent nor received. */
  voiceOnly = false;
  /** The names of the browser's errors when the devices were opened, empty for none. */
  failed = { microphone: "", camera: "" };
  #listener;
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  #muted = false;
  /** @type {MediaStreamTrack | null} */
  #camera = null;
  /** @type {MediaStreamTrack | null} */
  #screen = null;

  /** @param {MediaListener} listener */
  constructor(listener) {
    this.#listener = listener;
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

  /**
   * Asks for both at once, so that the browser asks the person once; then for
   * each separately. Returns, as text, why a wanted device is missing.
   * @param {{microphone: boolean, camera: boolean}} wanted devices that were on before a reload
   */
  async open(wanted) {
    this.#muted = !wanted.microphone;
    if (wanted.camera && await this.#tryBoth()) return "";
    const microphone = await this.#try("microphone");
    const camera = wanted.camera ? await this.#try("camera") : "";
    this.failed = { microphone, camera };
    if ((microphone === "NotAllowedError" || microphone === deniedBySystem) && camera === microphone) return explain("both", camera);
    return `${explain("microphone", microphone)} ${explain("camera", camera)}`.trim();
  }

  /** Turns the microphone on or off; returns why it cannot be turned on, as text. */
  async toggleMicrophone() {
    this.#muted = this.microphone;
    if (!this.#microphone) return explain("microphone", await this.#try("microphone"));
    this.#microphone.enabled = !this.#muted;
    this.#listener.changed();
    return "";
  }

  /**
   * Turns the camera on or off; returns why it cannot be turned on, as text. Off
   * means released: its light goes out.
   */
  async toggleCamera() {
    if (!this.#camera) return explain("camera", await this.#try("camera"));
    this.#camera.stop();
    this.#setCamera(null);
    return "";
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
    for (const track of [this.#microphone, this.#camera, this.#screen]) track?.stop();
    this.#setMicrophone(null);
    this.#setScreen(null);
    this.#setCamera(null);
  }

  async #tryBoth() {
    try {
      if (!navigator.mediaDevices) return false;
      const found = await navigator.mediaDevices.getUserMedia({ ...constraints.microphone, ...constraints.camera });
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
   */
  async #try(device) {
    if (!navigator.mediaDevices) return "NotSupportedError";
    try {
      const found = await navigator.mediaDevices.getUserMedia(constraints[device]);
      const track = found.getTracks()[0] ?? null;
      if (device === "microphone") this.#setMicrophone(track);
      else this.#setCamera(track);
      return "";
    } catch (error) {
      return nameOf(error);
    }
  }

  /** @param {MediaStreamTrack | null} track */
  #setMicrophone(track) {
    this.#microphone = track;
    if (track) track.enabled = !this.#muted;
    track?.addEventListener("ended", () => this.#microphone === track && this.#setMicrophone(null));
    this.#listener.sends("audio", track);
    this.#listener.changed();
  }

  /** @param {MediaStreamTrack | null} track */
  #setCamera(track) {
    this.#camera = track;
    track?.addEventListener("ended", () => this.#camera === track && this.#setCamera(null));
    this.#showVideo();
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

const names = {
  microphone: { it: "le micro", It: "Le micro", button: "puis appuyez sur « Micro ».", none: "Aucun micro sur cet appareil. Branchez-en un" },
  camera: { it: "la caméra", It: "La caméra", button: "puis appuyez sur « Caméra ».", none: "Aucune caméra sur cet appareil. Branchez-en une" },
  both: { it: "le micro et la caméra", It: "L’appareil", button: "puis rechargez la page.", none: "Ni micro ni caméra sur cet appareil. Branchez-les" },
};
const unsupported = "Ce navigateur ne donne pas accès au micro ni à la caméra. Vous verrez et entendrez l’autre personne ; essayez un autre navigateur pour lui parler.";

/** @param {unknown} error */
function nameOf(error) {
  if (!(error instanceof Error)) return "UnknownError";
  return error.name === "NotAllowedError" && /\bsystem\b/i.test(error.message) ? deniedBySystem : error.name; // Chromium's words
}

/**
 * @param {Device | "both"} device
 * @param {string} error name of the browser's error, empty for none
 */
function explain(device, error) {
  const name = names[device];
  switch (error) {
    case "":
      return "";
    case "NotAllowedError":
      return `Le navigateur n’a pas le droit d’utiliser ${name.it}. Pour l’autoriser, touchez l’icône à gauche de l’adresse de la page, ${name.button}`;
    case deniedBySystem:
      return `Cet appareil ne laisse pas le navigateur utiliser ${name.it}. Autorisez-le dans les réglages de l’appareil, à « Confidentialité », ${name.button}`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `${name.none}, ${name.button}`;
    case "NotSupportedError":
      return unsupported;
    default:
      return `${name.It} ne répond pas. Une autre application s’en sert peut-être : fermez-la, ${name.button}`;
  }
}
