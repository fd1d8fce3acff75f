// Devices are asked for once more when a browser hangs, and never while its question is open.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "../static/call/asking.js";

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** A stream whose only track notes whether it was stopped. */
function stream() {
  const track = { stopped: false, stop() { this.stopped = true; } };
  return { track, getTracks: () => [track] };
}

/** A browser whose answers, permission and clock the test gives. */
function browser() {
  const opened = [];
  const own = {
    opened,
    open: () => new Promise((resolve, reject) => opened.push({ resolve, reject })),
    allowed: (kinds) => {
      own.kinds = kinds;
      return new Promise((resolve) => { own.allow = resolve; });
    },
    wait: (span) => {
      own.span = span;
      return new Promise((resolve) => { own.pass = resolve; });
    },
  };
  return own;
}

test("a browser that answers is asked once", async () => {
  const own = browser();
  const asked = ask({ audio: true }, own);
  const found = stream();
  own.opened[0].resolve(found);
  assert.equal(await asked, found);
  own.allow();
  await tick();
  own.pass();
  await tick();
  assert.equal(own.opened.length, 1);
  assert.equal(found.track.stopped, false);
});

test("a browser that hangs after it was allowed is asked again after 10 s, and its late answer is stopped", async () => {
  const own = browser();
  const asked = ask({ audio: true, video: true }, own);
  assert.deepEqual(own.kinds, ["audio", "video"]);
  own.allow();
  await tick();
  assert.equal(own.span, 10_000);
  assert.equal(own.opened.length, 1, "it is asked before the time is over");
  own.pass();
  await tick();
  assert.equal(own.opened.length, 2);
  const second = stream(), late = stream();
  own.opened[1].resolve(second);
  assert.equal(await asked, second);
  own.opened[0].resolve(late);
  await tick();
  assert.equal(late.track.stopped, true);
  assert.equal(second.track.stopped, false);
});

test("nobody is hurried while the question is open", async () => {
  const own = browser();
  const asked = ask({ audio: true }, own);
  await tick();
  assert.equal(own.span, undefined, "the time runs before the person has answered");
  assert.equal(own.opened.length, 1);
  own.opened[0].reject(new Error("refused"));
  await assert.rejects(asked, /refused/);
});
