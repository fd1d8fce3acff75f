// How somebody begins a call, from what was asked at booking and what was kept of the page before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { begins } from "../static/call/course.js";

const nothing = { byWriting: false, signing: false };
const kept = { microphone: true, camera: true, chosen: {}, speaker: "", veiled: false, signing: false, captions: false };

test("without a need, the microphone is tried and the camera waits for the person", () => {
  for (const isBeneficiary of [true, false]) {
    assert.deepEqual(begins(null, nothing, isBeneficiary, false), { devices: { microphone: true, camera: false }, signing: false, writes: false, reads: false });
  }
  assert.deepEqual(begins(null, nothing, true, true).devices, { microphone: true, camera: true });
});

test("who asked to write opens no device, and enters so; the other side keeps its devices and reads", () => {
  const asked = { byWriting: true, signing: false };
  for (const atOnce of [false, true]) {
    assert.deepEqual(begins(null, asked, true, atOnce), { devices: { microphone: false, camera: false }, signing: false, writes: true, reads: true });
  }
  assert.deepEqual(begins(null, asked, false, false), { devices: { microphone: true, camera: false }, signing: false, writes: false, reads: true });
});

test("sign language is on for both from the beginning, and opens no camera by itself", () => {
  for (const isBeneficiary of [true, false]) {
    const { devices, signing, writes } = begins(null, { byWriting: false, signing: true }, isBeneficiary, false);
    assert.deepEqual({ devices, signing, writes }, { devices: { microphone: true, camera: false }, signing: true, writes: false });
  }
});

test("a page that was loaded anew goes on as it was, whatever was asked", () => {
  const again = begins(kept, { byWriting: true, signing: true }, true, false);
  assert.equal(again.devices.microphone && again.devices.camera, true);
  assert.equal(again.signing, false);
  assert.equal(again.writes, false);
  assert.equal(begins({ ...kept, signing: true, microphone: false }, nothing, false, false).signing, true);
  assert.equal(begins({ ...kept, microphone: false }, nothing, false, false).devices.microphone, false);
});
