// The verification code (R23): the same four words on both screens as long as
// nobody intercepts the call. An attacker who relayed the call through
// connections of their own would show each side another certificate, and so other
// words.
//
// The hash is stretched: four words are 32 bits, and somebody in between could
// otherwise try certificates until the words agree while the call is being set up.

import { words } from "./words.js";

const iterations = 300_000;
const salt = new TextEncoder().encode("social-direct/call/1");

/**
 * The four words for the two descriptions of one connection, in either order,
 * or null where either does not name exactly one certificate: a description that
 * names two could show one and use the other.
 * @param {string} local SDP
 * @param {string} remote SDP
 */
export async function verificationWords(local, remote) {
  if (!crypto.subtle) return null; // missing on a page without TLS
  const pair = [fingerprint(local), fingerprint(remote)];
  if (pair[0] === null || pair[1] === null) return null;
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(pair.sort().join("\n")), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, material, 32);
  return [...new Uint8Array(bits)].map((byte) => words[byte]).join(" · ");
}

/** @param {string} sdp */
function fingerprint(sdp) {
  const found = new Set([...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gim)].map((line) => `${line[1]} ${line[2]}`.toLowerCase()));
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}
