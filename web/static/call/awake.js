// Keeps the screen on during a call, where the browser can: a phone that locks suspends the
// page. The browser lets go whenever the page is hidden.

export class Awake {
  #wanted = false;
  /** @type {WakeLockSentinel | null} */
  #lock = null;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.#take());
  }

  async hold() {
    this.#wanted = true;
    await this.#take();
  }

  async release() {
    this.#wanted = false;
    await this.#lock?.release();
    this.#lock = null;
  }

  async #take() {
    if (!this.#wanted || document.visibilityState !== "visible" || this.#lock?.released === false) return;
    try {
      const lock = await navigator.wakeLock?.request("screen");
      if (this.#wanted) this.#lock = lock ?? null;
      else await lock?.release();
    } catch {
      // a battery that is low refuses: the call goes on
    }
  }
}
