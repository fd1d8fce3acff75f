// A document that goes from page to page in pieces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentChannel, largest } from "../static/call/document.js";

/** Two ends of a line that takes so much at a time. */
class Line extends EventTarget {
  readyState = "open";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  /** @type {Line | null} */
  other = null;
  most = 0;

  /** @param {string | ArrayBuffer} data */
  send(data) {
    const size = typeof data === "string" ? data.length : data.byteLength;
    this.bufferedAmount += size;
    this.most = Math.max(this.most, this.bufferedAmount);
    setImmediate(() => {
      this.bufferedAmount -= size;
      this.other?.dispatchEvent(Object.assign(new Event("message"), { data }));
      if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.dispatchEvent(new Event("bufferedamountlow"));
    });
  }
}

function ends() {
  const lines = [new Line(), new Line()];
  const seen = /** @type {string[][]} */ ([[], []]);
  const came = /** @type {Blob[]} */ ([]);
  const channels = lines.map((line, i) => {
    line.other = lines[1 - i] ?? null;
    const connection = /** @type {any} */ ({ createDataChannel: () => line });
    return new DocumentChannel(connection, (news) => {
      seen[i]?.push(news.now);
      if (news.now === "came") came.push(news.picture);
    });
  });
  return { lines, seen, came, here: /** @type {DocumentChannel} */ (channels[0]), there: /** @type {DocumentChannel} */ (channels[1]) };
}

const settled = () => new Promise((over) => setTimeout(over, 50));
const letter = (/** @type {number} */ bytes) => new Blob([new Uint8Array(bytes).map((_, i) => i % 251)], { type: "image/jpeg" });

test("a document arrives as it was, its sender is told, and little of it waits on the line", async () => {
  const { lines, seen, came, here } = ends();
  const sent = letter(1_000_003);
  await here.send(sent);
  await settled();
  assert.deepEqual(seen, [["seen"], ["comes", "came"]]);
  assert.equal(came[0]?.type, "image/jpeg");
  assert.deepEqual(await came[0]?.arrayBuffer(), await sent.arrayBuffer());
  assert.ok((lines[0]?.most ?? Infinity) < 128 << 10, `${lines[0]?.most} bytes waited`);
});

test("a newer document takes the place of one on its way, and closing ends both", async () => {
  const { seen, came, here } = ends();
  const first = here.send(letter(500_000));
  await here.send(letter(20_000));
  await first;
  await settled();
  assert.equal(came.length, 1);
  assert.equal(came[0]?.size, 20_000);
  const third = here.send(letter(500_000));
  here.close();
  await third;
  await settled();
  assert.equal(came.length, 1);
  assert.equal(seen[1]?.at(-1), "closed");
});

test("what is no document is refused: too large, of another kind, more than was announced, or not announced", async () => {
  const { lines, seen, came } = ends();
  const [line] = lines;
  const say = (/** @type {unknown} */ message) => line?.send(JSON.stringify(message));
  line?.send(new ArrayBuffer(10));
  for (const announced of [{ kind: "image/svg+xml", bytes: 5 }, { kind: "text/html", bytes: 5 }, { kind: "image/png", bytes: largest + 1 }, { kind: "image/png", bytes: -1 }, { kind: "image/png", bytes: 1.5 }, { kind: "image/png" }, null, 7, "x".repeat(5000)]) {
    say(announced);
    line?.send(new ArrayBuffer(5));
  }
  line?.send("{");
  await settled();
  assert.deepEqual(seen[1], []);
  say({ kind: "image/png", bytes: 5 });
  line?.send(new ArrayBuffer(6));
  await settled();
  assert.equal(came.length, 0);
  assert.deepEqual(seen[1], ["comes"]);
});
