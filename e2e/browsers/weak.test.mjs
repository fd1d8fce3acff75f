// A call over a bad line: what of it stays, and how it comes back (R26).

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { admit, bothSee, callOf, enter, seat } from "./calling.mjs";
import { chromium } from "./launch.mjs";
import { Line } from "./line.mjs";
import { Person } from "./person.mjs";
import { demo } from "./platform.mjs";

/** @typedef {import("./calling.mjs").Window} Window */

const second = 1000;

/** What is sent at each step of the ladder, in bits a second; after them comes no picture. */
const steps = [1_200_000, 450_000, 160_000, 90_000];

/** The folder in which to keep what each side measured; nowhere if it is empty. */
const traces = process.env["SOCIALDIRECT_TRACES"];

/** @type {import("puppeteer-core").Browser} */
let browser;
/** @type {Line} */
let line;
/** @type {Person<Window>} */
let beneficiary;
/** @type {Person<Window>} */
let worker;
let call = "";

before(async () => {
  browser = await chromium();
  line = await Line.to(demo.turn_url);
  ({ beneficiary, worker } = await seat(browser, "Chromium", line));
  call = await callOf(beneficiary);
  for (const { window } of [beneficiary, worker]) {
    await window.page.evaluateOnNewDocument(film);
    if (traces) await window.page.evaluateOnNewDocument(keepTrace);
  }
  await talk();
});

/** Both enter, on a good line, and see each other. */
async function talk() {
  line.mend();
  await enter(beneficiary, call);
  await enter(worker, call);
  await admit(worker, beneficiary);
  await bothSee(beneficiary, worker);
}

after(async () => {
  line?.close();
  await browser?.close();
});

for (const { rate, step } of [{ rate: 1_200_000, step: 1 }, { rate: 450_000, step: 2 }, { rate: 200_000, step: 3 }]) {
  test(`on a line of ${rate / 1000} kbit/s the picture that fits is found within 20 s, and left for climbs alone`, async () => {
    await talk();
    line.slow({ rate, loss: 0, delay: 20 });
    await pause(20 * second);
    await stayAt(step).finally(() => keep(`${rate / 1000}`));
  });
}

/**
 * For 25 seconds both sides are at the step, but for climbs, which last 6 seconds as they are seen from here.
 * @param {number} step
 */
async function stayAt(step) {
  /** When each side was last at the step. @type {Map<Person, number>} */
  const last = new Map([beneficiary, worker].map((person) => [person, Date.now()]));
  for (const end = Date.now() + 25 * second; Date.now() < end; await pause(second / 2)) {
    for (const person of [beneficiary, worker]) {
      const now = await stepOf(person);
      if (now === step) last.set(person, Date.now());
      const away = Date.now() - (last.get(person) ?? 0);
      assert.ok(now === step || now === step - 1 && away <= 6 * second, `${person.name} is at step ${now} in place of ${step}, for ${away} ms`);
    }
  }
}

test("at 64 kbit/s with 5 % loss and 300 ms the voice stays, and the people are told", async () => {
  line.slow({ rate: 64_000, loss: 0.05, delay: 150 });
  await pause(20 * second);
  const people = [beneficiary, worker];
  const began = await Promise.all(people.map(voice));
  await pause(30 * second);
  for (const [i, person] of people.entries()) {
    const from = /** @type {Voice} */ (began[i]), to = await voice(person);
    const concealed = (to.concealed - from.concealed) / (to.samples - from.samples);
    const waited = (to.waited - from.waited) / (to.played - from.played);
    assert.ok(to.samples > from.samples, `${person.name} hears something`);
    assert.ok(concealed <= 0.1, `${person.name} misses ${Math.round(100 * concealed)} % of the voice`);
    assert.ok(waited <= 0.4, `${person.name} hears what was said ${Math.round(1000 * waited)} ms before`);
    assert.equal(await stepOf(person), steps.length, `${person.name} sends no picture`);
  }
  await keep("64-lossy");
  await beneficiary.until("reads that the line is weak", () => document.getElementById("quality")?.dataset["level"] !== "good");
});

for (const lasts of [5, 30, 120]) {
  test(`after a cut of ${lasts} s the call comes back, with microphone and camera as they were`, async () => {
    await talk();
    if (lasts === 30) await worker.click("#microphone");
    const before = await Promise.all([beneficiary, worker].map(devices));
    line.cut();
    await pause(lasts * second);
    if (lasts > 15) await beneficiary.until("is offered the telephone", () => document.getElementById("by-phone")?.hidden === false);
    line.mend();
    await bothSee(beneficiary, worker);
    assert.deepEqual(await Promise.all([beneficiary, worker].map(devices)), before);
    await beneficiary.until("is offered the telephone no more", () => document.getElementById("by-phone")?.hidden);
    if (lasts === 30) await worker.click("#microphone");
  });
}

test("no script complained", () => {
  for (const person of [beneficiary, worker]) person.sound();
});

/**
 * Runs in the page, before its own scripts: the camera sees something that fills the line, which
 * the browsers' own fake one does not.
 */
function film() {
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await native(wanted);
    const camera = stream.getVideoTracks()[0];
    if (!camera) return stream;
    const picture = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const grain = Object.assign(document.createElement("canvas"), { width: 1600, height: 900 });
    const [front, back] = [picture.getContext("2d"), grain.getContext("2d")];
    for (let i = 0; i < 20_000; i++) {
      back.fillStyle = `hsl(${Math.random() * 360} 60% ${Math.random() * 100}%)`;
      back.fillRect(Math.random() * 1600, Math.random() * 900, 24, 24);
    }
    setInterval(() => front.drawImage(grain, -Math.random() * 320, -Math.random() * 180), 1000 / 30);
    camera.stop();
    stream.removeTrack(camera);
    stream.addTrack(picture.captureStream(30).getVideoTracks()[0]);
    return stream;
  };
}

/** Runs in the page, before its own scripts: keeps what the page measures of its connection. */
function keepTrace() {
  /** What quality.js reads. @type {Record<string, string[]>} */
  const members = {
    "candidate-pair": ["nominated", "selected", "currentRoundTripTime", "availableOutgoingBitrate", "bytesSent"],
    transport: ["selectedCandidatePairId"],
    "remote-inbound-rtp": ["kind", "timestamp", "fractionLost", "roundTripTime"],
    "inbound-rtp": ["kind", "packetsReceived", "packetsLost", "bytesReceived"],
    "outbound-rtp": ["kind", "targetBitrate"],
  };
  const native = RTCPeerConnection.prototype.getStats;
  window.trace = [];
  RTCPeerConnection.prototype.getStats = async function (...given) {
    const at = performance.now(), report = await native.apply(this, given);
    if (given.length > 0 || this.connectionState !== "connected") return report;
    const sender = this.getSenders().find((each) => each.track?.kind === "video");
    const stats = [...report.values()].filter((each) => members[each.type] && (each.type !== "candidate-pair" || each.nominated));
    window.trace.push({
      at: Math.round(at), asked: sender?.getParameters().encodings?.[0]?.maxBitrate ?? 0,
      stats: stats.map((each) => Object.fromEntries(["id", "type", ...(members[each.type] ?? [])].filter((member) => each[member] !== undefined).map((member) => [member, each[member]]))),
    });
    return report;
  };
}

/** Writes what both sides measured, if it is wanted. @param {string} name */
async function keep(name) {
  if (!traces) return;
  mkdirSync(traces, { recursive: true });
  for (const [side, person] of Object.entries({ beneficiary, worker })) {
    const windows = await person.ask(() => window.trace.map((/** @type {unknown} */ each) => JSON.stringify(each)));
    writeFileSync(join(traces, `${name}-${side}.jsonl`), `${windows.join("\n")}\n`);
  }
}

/** @param {number} time milliseconds */
function pause(time) {
  return new Promise((again) => setTimeout(again, time));
}

/** The step of the ladder at which the person sends. @param {Person} person */
async function stepOf(person) {
  const sent = await person.ask(() => {
    const sender = document.getElementById("call").peerConnection.getSenders().find((/** @type {RTCRtpSender} */ each) => each.track?.kind === "video");
    return sender?.getParameters().encodings[0].maxBitrate ?? 0;
  });
  return sent === 0 ? steps.length : steps.indexOf(sent);
}

/**
 * What the person hears of the other, counted since the call began.
 * @typedef {object} Voice
 * @property {number} samples
 * @property {number} concealed samples that were made up, while the other side spoke
 * @property {number} waited seconds that samples waited to be played, together
 * @property {number} played samples that waited
 * @param {Person} person
 * @returns {Promise<Voice>}
 */
function voice(person) {
  return person.ask(async () => {
    const stats = [...(await document.getElementById("call").peerConnection.getStats(null)).values()];
    const heard = stats.find((each) => each.type === "inbound-rtp" && each.kind === "audio");
    return { samples: heard.totalSamplesReceived, concealed: heard.concealedSamples - heard.silentConcealedSamples, waited: heard.jitterBufferDelay, played: heard.jitterBufferEmittedCount };
  });
}

/** Which devices the person sends from. @param {Person} person */
function devices(person) {
  return person.ask(() => ["microphone", "camera"].map((id) => document.getElementById(id)?.getAttribute("aria-checked")));
}
