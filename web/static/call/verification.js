// The verification words (R23): the same four on both screens as long as nobody stands in
// between. Somebody who relayed the call through connections of their own would show each
// side another certificate, and so other words.
//
// Words of certificates alone could be searched: whoever stands in between chooses
// certificates. So each browser first commits to a random nonce and its own certificate,
// and reveals the nonce only when it knows the other's commitment and certificate: from
// then on nobody can choose anything, and other words agree by chance alone, once in 2⁴⁴
// (the short authentication string of ZRTP, RFC 6189, 4.4.1).

import { words } from "./words.js";

/**
 * @typedef {object} VerificationListener
 * @property {(hash: string) => void} commit sends the commitment to the other side
 * @property {(nonce: string) => void} reveal sends the nonce to the other side
 * @property {(words: string | null) => void} known the words, or null if somebody may stand in between
 */

const wordCount = 4;
const bitsOfWord = 11;
const purpose = "social-direct/call/2";

/**
 * One exchange, for one connection. Whatever comes twice counts the first time; a
 * certificate that changes afterwards makes the exchange fail.
 */
export class Verification {
  #listener;
  #nonce = encoded(crypto.getRandomValues(new Uint8Array(32)));
  /** @type {string | null} */
  #own = null;
  /** @type {string | null} */
  #other = null;
  /** @type {string | null} */
  #commitment = null;
  /** @type {string | null} */
  #otherNonce = null;
  #promised = false;
  #revealed = false;
  #over = false;

  /** @param {VerificationListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** This side's description was sent. @param {string} sdp */
  async describe(sdp) {
    const own = fingerprint(sdp);
    if (own === null || (this.#own !== null && own !== this.#own)) return this.#fail();
    if (this.#own !== null || !crypto.subtle) return undefined; // crypto.subtle is missing on a page without TLS
    this.#own = own;
    this.#listener.commit(await commitmentTo(this.#nonce, own));
    this.#promised = true;
    return this.#reveal();
  }

  /** The other side's description has arrived. @param {string} sdp */
  async hear(sdp) {
    const other = fingerprint(sdp);
    if (other === null || (this.#other !== null && other !== this.#other)) return this.#fail();
    this.#other = other;
    return this.#reveal();
  }

  /** @param {string} hash the other side's commitment */
  async committed(hash) {
    this.#commitment ??= hash;
    return this.#reveal();
  }

  /** @param {string} nonce the other side's nonce */
  async revealed(nonce) {
    this.#otherNonce ??= nonce;
    return this.#finish();
  }

  /** Reveals the nonce, once nothing of the other side can change any more. */
  async #reveal() {
    if (this.#revealed || this.#over || !this.#promised || this.#other === null || this.#commitment === null) return;
    this.#revealed = true;
    this.#listener.reveal(this.#nonce);
    await this.#finish();
  }

  async #finish() {
    if (!this.#revealed || this.#other === null || this.#otherNonce === null) return;
    if (await commitmentTo(this.#otherNonce, this.#other) !== this.#commitment) return void this.#fail();
    const found = await wordsOf([`${this.#own} ${this.#nonce}`, `${this.#other} ${this.#otherNonce}`]);
    if (!this.#over) this.#listener.known(found);
  }

  #fail() {
    if (this.#over) return;
    this.#over = true;
    this.#listener.known(null);
  }
}

/**
 * The certificate that a description names, or null where it does not name exactly one: a
 * description with two could show one and use the other.
 * @param {string} sdp
 */
function fingerprint(sdp) {
  const found = new Set([...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gim)].map((line) => `${line[1]} ${line[2]}`.toLowerCase()));
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}

/**
 * @param {string} nonce
 * @param {string} certificate
 */
async function commitmentTo(nonce, certificate) {
  return encoded(await hash(`${purpose} commitment\n${nonce}\n${certificate}`));
}

/** @param {string[]} sides each side's certificate and nonce */
async function wordsOf(sides) {
  const bytes = await hash(`${purpose} words\n${sides.sort().join("\n")}`);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: wordCount }, (_, i) => words[parseInt(bits.slice(i * bitsOfWord, (i + 1) * bitsOfWord), 2)]).join(" · ");
}

/** @param {string} text */
async function hash(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** @param {Uint8Array} bytes */
function encoded(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
