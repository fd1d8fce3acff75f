// Captions are made on the device, or not at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Captioner, onDevice } from "../static/call/captioner.js";

/** A browser's recognition of speech, as far as it is asked. */
function browser({ state = "available", installs = true, obeys = true } = {}) {
  const started = /** @type {any[]} */ ([]);
  class Recognition extends EventTarget {
    #local = false;

    static async available(/** @type {any} */ { processLocally }) {
      return processLocally ? state : "available";
    }

    static async install() {
      return installs;
    }

    get processLocally() {
      return this.#local;
    }

    set processLocally(local) {
      this.#local = obeys && local;
    }

    /** @param {any} track */
    start(track) {
      assert.equal(this.processLocally, true, "the sound would leave the device");
      started.push([this, track]);
    }

    abort() {}
  }
  return { Recognition, started };
}

function captioner(/** @type {any} */ kind) {
  const heard = /** @type {string[]} */ ([]), failed = /** @type {string[]} */ ([]), waiting = /** @type {(() => void)[]} */ ([]);
  const it = new Captioner(kind, { heard: (words) => heard.push(words), failed: (why) => failed.push(why) }, (over) => waiting.push(over));
  return { it, heard, failed, wait: () => waiting.splice(0).forEach((over) => over()) };
}

const track = /** @type {any} */ ({ readyState: "live" });

test("only a browser that can bind recognition to the device offers captions", () => {
  const { Recognition } = browser();
  class Remote { static async available() { return "available"; } start() {} }
  assert.equal(onDevice({}), null);
  assert.equal(onDevice({ SpeechRecognition: Remote }), null);
  assert.equal(onDevice({ webkitSpeechRecognition: Remote }), null);
  assert.equal(onDevice({ SpeechRecognition: Recognition }), Recognition);
});

test("recognition never starts where it would not stay on the device", async () => {
  const { Recognition, started } = browser({ obeys: false });
  const { it, failed } = captioner(Recognition);
  it.follow(track);
  assert.equal(started.length, 0);
  assert.equal(failed.length, 1);
  for (const [state, installs, ready] of /** @type {const} */ ([["available", false, true], ["downloadable", true, true], ["downloading", false, false], ["unavailable", true, false]])) {
    const why = await captioner(browser({ state, installs }).Recognition).it.prepare();
    assert.equal(why === "", ready, `${state}, ${installs}`);
  }
});

test("a browser that never answers makes no captions", async () => {
  const { Recognition } = browser();
  Recognition.available = () => new Promise(() => {});
  const { it, wait } = captioner(Recognition);
  const why = it.prepare();
  wait();
  assert.notEqual(await why, "");
});

test("the last two sentences and the open one are shown, it goes on after a silence, and stops when it is told", () => {
  const { Recognition, started } = browser();
  const { it, heard, failed, wait } = captioner(Recognition);
  const part = (/** @type {string} */ transcript, isFinal = true) => ({ isFinal, 0: { transcript } });
  it.follow(track);
  const [recognition, captioned] = started[0];
  assert.equal(captioned, track);
  recognition.dispatchEvent(Object.assign(new Event("result"), { results: [part("Un."), part(" Deux."), part(" Trois."), part(" qua", false)] }));
  assert.deepEqual(heard, ["Deux. Trois. qua"]);
  recognition.dispatchEvent(Object.assign(new Event("error"), { error: "no-speech" }));
  recognition.dispatchEvent(new Event("end"));
  wait();
  assert.equal(started.length, 2);
  it.stop();
  started[1][0].dispatchEvent(new Event("end"));
  wait();
  assert.equal(started.length, 2);
  it.follow(track);
  started[2][0].dispatchEvent(Object.assign(new Event("error"), { error: "service-not-allowed" }));
  started[2][0].dispatchEvent(new Event("end"));
  wait();
  assert.equal(started.length, 3);
  assert.equal(failed.length, 1);
});
