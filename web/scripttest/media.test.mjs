// This person's devices: what was turned off stays off, whenever the browser answers.

import assert from "node:assert/strict";
import { test } from "node:test";

/** Called with each request for devices; the test answers. */
const asked = [];
globalThis.MediaStream = class { getVideoTracks() { return []; } addTrack() {} removeTrack() {} };
Object.defineProperty(globalThis, "navigator", {
  value: { userAgent: "", permissions: { query: async () => ({ state: "prompt" }) }, mediaDevices: { getUserMedia: (wanted) => new Promise((answer) => asked.push({ wanted, answer })) } },
});
const { Media } = await import("../static/call/media.js");

/** A camera's track. */
function camera() {
  return { kind: "video", enabled: true, muted: false, stopped: false, stop() { this.stopped = true; }, addEventListener() {}, getSettings: () => ({}) };
}

/** Turns the camera on, and answers the browser's question after something else happened. */
async function answered(meanwhile) {
  const sent = [];
  const media = new Media({ sends: (kind, track) => sent.push([kind, track]), changed: () => {} });
  const on = media.toggleCamera();
  while (asked.length === 0) await new Promise((again) => setTimeout(again));
  meanwhile(media);
  const track = camera();
  asked.shift().answer({ getTracks: () => [track], getVideoTracks: () => [track] });
  await on;
  return { media, track, sent: sent.filter(([, each]) => each === track) };
}

test("a camera that was allowed is sent", async () => {
  const { media, track, sent } = await answered(() => {});
  assert.equal(media.camera, true);
  assert.equal(track.stopped, false);
  assert.equal(sent.length, 1);
});

test("a camera that is allowed after everything was turned off is never sent, and let go", async () => {
  const { media, track, sent } = await answered((each) => each.close());
  assert.equal(media.camera, false);
  assert.equal(track.stopped, true);
  assert.equal(sent.length, 0);
});
