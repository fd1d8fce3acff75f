// The verification words against a server that stands in between.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Verification } from "../static/call/verification.js";

const certificate = (name) => `v=0\r\na=fingerprint:sha-256 ${name}\r\n`;

/**
 * One browser; what it says waits in `said` until the test delivers it.
 * @param {string} name of its certificate
 */
function side(name) {
  const it = { said: [], words: undefined, certificate: certificate(name) };
  it.exchange = new Verification({
    commit: (hash) => it.said.push(["committed", hash]),
    reveal: (nonce) => it.said.push(["revealed", nonce]),
    known: (words) => (it.words = words),
  });
  return it;
}

/** Delivers what both say, as an honest server does. */
async function deliver(a, b) {
  for (let quiet = false; !quiet;) {
    quiet = true;
    for (const [from, to] of [[a, b], [b, a]]) {
      for (const [what, value] of from.said.splice(0)) {
        quiet = false;
        await to.exchange[what](value);
      }
    }
  }
}

/** Both learn the certificates: a sees `shownToA`, b sees `shownToB`. */
async function meet(a, b, shownToA = b.certificate, shownToB = a.certificate) {
  await b.exchange.hear(shownToB);
  await a.exchange.hear(shownToA);
  await a.exchange.describe(a.certificate);
  await b.exchange.describe(b.certificate);
}

test("two browsers show the same four words", async () => {
  const [a, b] = [side("AA:01"), side("BB:02")];
  await meet(a, b);
  await deliver(a, b);
  assert.equal(a.words, b.words);
  assert.equal(a.words.split(" · ").length, 4);
});

test("each connection has other words", async () => {
  const seen = new Set();
  for (let i = 0; i < 50; i++) {
    const [a, b] = [side("AA:01"), side("BB:02")];
    await meet(a, b);
    await deliver(a, b);
    seen.add(a.words);
  }
  assert.equal(seen.size, 50);
});

test("a server that shows other certificates is found out", async () => {
  const [a, b] = [side("AA:01"), side("BB:02")];
  await meet(a, b, certificate("EE:03"), certificate("EE:04"));
  await deliver(a, b);
  assert.equal(a.words, null);
  assert.equal(b.words, null);
});

test("a server that holds an honest exchange with each side shows them other words", async () => {
  const [a, b] = [side("AA:01"), side("BB:02")];
  const [towardsA, towardsB] = [side("EE:03"), side("EE:03")];
  await meet(a, towardsA);
  await deliver(a, towardsA);
  await meet(towardsB, b);
  await deliver(towardsB, b);
  assert.notEqual(a.words, b.words);
  assert.ok(a.words && b.words);
});

test("a server that swaps nonces is found out", async () => {
  const [a, b] = [side("AA:01"), side("BB:02")];
  await meet(a, b);
  const [[, hashOfA], [, hashOfB]] = [a.said.shift(), b.said.shift()];
  await a.exchange.committed(hashOfB);
  await b.exchange.committed(hashOfA);
  for (const each of [a, b]) await each.exchange.revealed("another-nonce");
  assert.equal(a.words, null);
  assert.equal(b.words, null);
});

test("nobody reveals before the other has committed and shown a certificate, so nothing can be searched afterwards", async () => {
  const a = side("AA:01");
  await a.exchange.describe(a.certificate);
  assert.deepEqual(a.said.map(([what]) => what), ["committed"]);
  await a.exchange.hear(certificate("EE:03"));
  assert.deepEqual(a.said.map(([what]) => what), ["committed"], "without a commitment");
  await a.exchange.committed("promised");
  assert.deepEqual(a.said.map(([what]) => what), ["committed", "revealed"]);

  await a.exchange.committed("searched after the reveal");
  await a.exchange.revealed("searched after the reveal");
  assert.equal(a.words, null);
});

test("a commitment without a certificate reveals nothing", async () => {
  const a = side("AA:01");
  await a.exchange.describe(a.certificate);
  await a.exchange.committed("promised");
  assert.deepEqual(a.said.map(([what]) => what), ["committed"]);
});

test("a certificate that changes later is reported", async () => {
  const [a, b] = [side("AA:01"), side("BB:02")];
  await meet(a, b);
  await deliver(a, b);
  await a.exchange.hear(b.certificate); // an ICE restart names the same one
  assert.ok(a.words);
  await a.exchange.hear(certificate("EE:03"));
  assert.equal(a.words, null);
});

test("a description with two certificates, or none, is reported", async () => {
  for (const sdp of ["v=0\r\n", certificate("AA:01") + "a=fingerprint:sha-256 BB:02\r\n"]) {
    const a = side("AA:01");
    await a.exchange.hear(sdp);
    assert.equal(a.words, null);
  }
});
