// Captions of what the other person says. The listener's own browser makes them, on the
// device: a browser that may send the sound to somebody else's machine offers none (R23).

/** The language that is spoken, as browsers name it. */
const language = "fr-FR";
/** Finished sentences that stay to be read. */
const sentences = 2;
/** How long a browser may take to say what it can do, and to load what it needs, in milliseconds. */
const answers = 5000;
const installs = 120_000;
/** Before it is started again, in milliseconds. */
const pause = 500;
/** Errors after which trying again is of no use. */
const final = new Set(["service-not-allowed", "not-allowed", "language-not-supported", "audio-capture"]);

const missing = "Ce navigateur ne peut pas faire de sous-titres sur votre appareil. Demandez à l’autre personne d’écrire en direct.";

/**
 * The browser's recognition of speech where it can be bound to the device, otherwise null.
 * @param {any} scope
 */
export function onDevice(scope = globalThis) {
  const kind = scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
  return kind && "processLocally" in kind.prototype && typeof kind.available === "function" ? kind : null;
}

export class Captioner {
  #kind;
  #listener;
  /** What is recognised now. @type {any} */
  #running = null;
  #wait;

  /**
   * @param {any} kind what onDevice returned
   * @param {{heard: (words: string) => void, failed: (why: string) => void}} listener the last words, and why there are no more
   * @param {(over: () => void, span: number) => void} [wait]
   */
  constructor(kind, listener, wait = setTimeout) {
    this.#kind = kind;
    this.#listener = listener;
    this.#wait = (/** @type {() => void} */ over, /** @type {number} */ span) => wait(over, span);
  }

  /** Has the browser load what it needs; returns why there can be no captions, empty if there can. */
  async prepare() {
    try {
      const state = await this.#within(answers, this.#kind.available({ langs: [language], processLocally: true }));
      const ready = state === "available" || (["downloadable", "downloading"].includes(state) && await this.#within(installs, this.#kind.install({ langs: [language] })));
      return ready ? "" : missing;
    } catch {
      return missing;
    }
  }

  /**
   * What a browser answers; fails where it does not, as some never do.
   * @template T
   * @param {number} span milliseconds
   * @param {Promise<T>} answer
   */
  #within(span, answer) {
    const late = new Promise((_, fail) => this.#wait(() => fail(new Error("no answer")), span));
    return /** @type {Promise<T>} */ (Promise.race([answer, late]));
  }

  /** Captions this sound from now on, in place of any other. @param {MediaStreamTrack} track */
  follow(track) {
    this.stop();
    const recognition = this.#running = new this.#kind();
    Object.assign(recognition, { processLocally: true, lang: language, continuous: true, interimResults: true });
    recognition.addEventListener("result", (/** @type {any} */ event) => this.#hear(event.results));
    recognition.addEventListener("error", (/** @type {any} */ event) => final.has(event.error) && this.#fail());
    recognition.addEventListener("end", () => this.#wait(() => this.#running === recognition && track.readyState === "live" && this.follow(track), pause)); // browsers end it after a silence
    if (recognition.processLocally === true) recognition.start(track);
    else this.#fail();
  }

  stop() {
    const running = this.#running;
    this.#running = null;
    running?.abort();
  }

  #fail() {
    this.stop();
    this.#listener.failed(missing);
  }

  /** @param {ArrayLike<{isFinal: boolean, 0: {transcript: string}}>} results */
  #hear(results) {
    const all = Array.from(results);
    const said = all.filter((each) => each.isFinal).slice(-sentences);
    const open = all.filter((each) => !each.isFinal);
    this.#listener.heard([...said, ...open].map((each) => each[0].transcript.trim()).join(" "));
  }
}
