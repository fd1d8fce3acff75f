// What browsers measured on bad lines, replayed: the ladder takes the steps that it took in the
// call (make test-lines with SOCIALDIRECT_TRACES set to a folder records it anew).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { after, beginning, statistics, talking } from "../static/call/ladder.js";
import { LineQuality } from "../static/call/quality.js";

/**
 * One window of a call: when it ended, what the picture was given in it, in bits a second, and
 * what the browser said.
 * @typedef {{at: number, asked: number, stats: any[]}} Window
 */

/** @param {string} name @returns {Window[]} */
function trace(name) {
  const text = readFileSync(new URL(`traces/${name}.jsonl`, import.meta.url), "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/**
 * The picture that the ladder gives after each window, in bits a second.
 * @param {Window[]} windows
 */
async function replay(windows) {
  let now = windows[0];
  const connection = {
    getStats: async () => new Map(now.stats.map((each) => [each.id, each])),
    getSenders: () => [{ track: { kind: "video" }, getParameters: () => ({ encodings: [{ maxBitrate: now.asked }] }) }],
  };
  const quality = new LineQuality(/** @type {any} */ (connection));
  let state = beginning(now.at);
  const given = [];
  for (now of windows) {
    const before = state, seen = await quality.measure();
    if (seen) state = after(talking, before, statistics(talking, before, seen, now.at, true));
    if (state.step > before.step) quality.steppedDown();
    given.push(talking.pictures[state.step]?.bitrate ?? 0);
  }
  return given;
}

for (const name of ["1200", "450", "200-then-64-lossy"]) {
  test(`the ladder takes the steps of a call on a line of ${name.replaceAll("-", " ")} kbit/s`, async () => {
    const windows = trace(name);
    const given = await replay(windows);
    assert.ok(new Set(given).size > 1, "steps are taken");
    assert.deepEqual(given.slice(0, -1), windows.slice(1).map((each) => each.asked));
  });
}
