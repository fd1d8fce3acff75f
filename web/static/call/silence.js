// When nothing was heard or seen for so long that people should talk by telephone (R26).

const longest = 15_000;

export class LongSilence {
  /** @type {number | null} */
  #since = null;

  /**
   * Whether the silence has lasted too long.
   * @param {number} at milliseconds
   * @param {boolean} silent whether something should have arrived and nothing did
   */
  lasts(at, silent) {
    if (!silent) this.#since = null;
    else this.#since ??= at;
    return this.#since !== null && at - this.#since >= longest;
  }
}
