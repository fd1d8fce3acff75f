// Listens to the microphone without keeping anything of it, and plays a sound.
//
// In a test of a call, the microphone is heard where it is, and again as it comes back from the
// echo: without anything that plays sound, some devices do not let a page listen to it.

/** Above this share of the loudest sound, somebody or something is heard. */
const audible = 0.02;

const listenEvery = 100;

export class Ear {
  #show;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** Whether anything was heard so far. */
  heard = false;

  /** @param {(level: number) => void} show receives the level, 0 to 1 */
  constructor(show) {
    this.#show = show;
  }

  /** Whether the device lets the page listen: without anything that plays sound, some do not. */
  get listens() {
    return (this.#context?.currentTime ?? 0) > 0;
  }

  /** @param {MediaStreamTrack} track */
  listen(track) {
    this.#context = new AudioContext(/** @type {any} */ ({ sinkId: { type: "none" } })); // where the browser can, it plays to nothing
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.hear(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    }, listenEvery);
  }

  /** @param {number} level 0 to 1 */
  hear(level) {
    this.heard ||= level > audible;
    this.#show(Math.min(1, level));
  }

  close() {
    clearInterval(this.#timer);
    void this.#context?.close();
    this.#show(0);
  }
}

/** The notes of the sound, in hertz, and how long each lasts, in seconds. */
const notes = [523, 659, 784];
const noteLasts = 0.35;

/**
 * Plays a sound; resolves when it is over.
 * @param {string} [speaker] identifier of what plays it, where the browser lets choose
 */
export async function chime(speaker = "") {
  const context = new AudioContext(/** @type {any} */ (speaker === "" ? {} : { sinkId: speaker }));
  const volume = context.createGain();
  volume.gain.value = 0.3;
  volume.connect(context.destination);
  const over = new Promise((resolve) => notes.forEach((frequency, i) => {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + i * noteLasts);
    tone.stop(context.currentTime + (i + 1) * noteLasts);
    if (i === notes.length - 1) tone.addEventListener("ended", resolve);
  }));
  // A device without a sound card never plays to the end.
  await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 3000))]);
  void context.close();
}
