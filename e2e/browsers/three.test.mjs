// A third person in a call: invited by a link, admitted after the beneficiary consented,
// seen and heard by both, and removed at once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { admit, bothSee, callOf, enter, seat } from "./calling.mjs";
import { callFits } from "./fit.mjs";
import { chromium, fewFrames, firefox, newWindow } from "./launch.mjs";
import { Line } from "./line.mjs";
import { Person, phone } from "./person.mjs";
import { await_, demo } from "./platform.mjs";

/** @typedef {import("./calling.mjs").Window} Window */

/** @type {import("puppeteer-core").Browser[]} */
let browsers = [];
/** @type {Line} */
let line;
/** @type {Person<Window>} */
let beneficiary;
/** @type {Person<Window>} */
let worker;
let call = "";

before(async () => {
  browsers = await Promise.all([firefox({}, fewFrames), chromium(fewFrames)]);
  line = await Line.to(demo.turn_url);
  ({ beneficiary, worker } = await seat(browsers[1], "Chromium", line));
  call = await callOf(beneficiary);
  await enter(beneficiary, call);
  await enter(worker, call);
  await admit(worker, beneficiary);
  await bothSee(beneficiary, worker);
});

after(async () => {
  line?.close();
  await Promise.all(browsers.map((browser) => browser.close()));
});

test("an interpreter in Firefox joins two in Chromium, and leaves when the beneficiary takes the consent back", async () => {
  const lin = await Person.sit(await newWindow(browsers[0]), "the interpreter in Firefox", phone);
  await lin.open(await invite("Lin Marchand"));
  await lin.press("Entrer", "Avant d’entrer");
  await lin.click("#camera");
  await lin.click("#go");
  await lin.sees("Vous êtes dans la salle d’attente");
  await callFits(lin);
  await worker.until("is told that the beneficiary must consent first", () => document.getElementById("knocking")?.hidden === false);
  await asked(beneficiary, "Lin Marchand");
  await callFits(beneficiary, worker);
  await beneficiary.click("#admit");
  await worker.until("may admit the guest", () => document.getElementById("admit")?.hidden === false && !document.getElementById("admit")?.hasAttribute("disabled"));
  await worker.click("#admit");

  for (const person of [beneficiary, worker, lin]) await seesTwo(person);
  await callFits(beneficiary, worker, lin);
  for (const person of [beneficiary, worker]) assert.match(await tile(person), /Lin Marchand, interprète/, `${person.name} reads who it is`);
  await beneficiary.picture("three");
  await worker.picture("three");
  await lin.picture("three");

  await seesWhoSpeaks(lin, worker);
  await beneficiary.until("sees that nobody signs any more", () => document.querySelector(".call[data-signs]") === null);

  await beneficiary.click(".call-guest button");
  await lin.sees("L’appel est terminé.");
  for (const person of [beneficiary, worker]) await person.until("sees no guest any more", () => document.querySelector(".call-guest") === null);
  await Promise.all([hears(beneficiary), hears(worker)]);
  for (const person of [beneficiary, worker, lin]) person.sound();
});

/**
 * The link of an invitation that the worker makes beside the call.
 * @param {string} name the guest's
 */
async function invite(name) {
  const window = await worker.window.another();
  try {
    const beside = await Person.sit(window, `${worker.name}, beside the call`);
    await beside.open(`${call}/invitation`);
    await beside.fill("name", name);
    await beside.click('[name="kind"][value="interpreter"]');
    await beside.press("Créer le lien", "Le lien, une seule fois");
    beside.sound();
    return await beside.ask(() => document.querySelector(".code code")?.textContent ?? "");
  } finally {
    await window.page.close();
  }
}

/**
 * The person is asked to let somebody in.
 * @param {Person} person
 * @param {string} name
 */
async function asked(person, name) {
  await person.until(`is asked about ${name}`, (wanted) => document.getElementById("knocking")?.hidden === false && document.getElementById("knocking")?.textContent?.includes(wanted), name);
}

/**
 * Whoever hears little sees who makes a sound; once somebody signs, the interpreter is as large
 * as the other, and is shown to speak when they take the floor (EN 301 549, 6.5.4 to 6.5.6).
 * @param {Person} interpreter
 * @param {Person} other
 */
async function seesWhoSpeaks(interpreter, other) {
  const marked = (/** @type {string} */ how) => document.querySelector(`.call-guest.speaks .call-speaks[data-how="${how}"]`) !== null;
  await other.until("sees that the interpreter makes a sound", marked, "sounds");
  await interpreter.until("sees that the other makes a sound", () => document.querySelector('.call-stage.speaks #speaks[data-how="sounds"]') !== null);
  await turn(interpreter, "#signing");
  await other.until("sees both as large", () => {
    const [one, two] = [...document.querySelectorAll("#remote, .call-guest")].map((each) => each.getBoundingClientRect());
    return Math.abs(one.width - two.width) < 2 && Math.abs(one.height - two.height) < 2;
  });
  await turn(interpreter, "#floor");
  await other.until("sees that the interpreter signs", marked, "signs");
  await callFits(other);
  await turn(interpreter, "#floor");
  await turn(interpreter, "#signing");
}

/** @param {Person} person @param {string} button in the menu */
async function turn(person, button) {
  await person.click("#more");
  await person.click(button);
  await person.click("#more");
}

/** Two others are shown, and both pictures move. @param {Person} person */
async function seesTwo(person) {
  const before = await person.until("sees two pictures", pictures);
  await person.until("sees both pictures move", (/** @type {number[]} */ earlier) => {
    const now = [...document.querySelectorAll("#remote, .call-guest video")].map((video) => video instanceof HTMLVideoElement ? video.currentTime : 0);
    return now.length === 2 && now.every((time, i) => time > (earlier[i] ?? Infinity));
  }, before);
}

/** Runs in the page: how far the pictures of two others have come, once both are there. */
function pictures() {
  const videos = [...document.querySelectorAll("#remote, .call-guest video")].filter((video) => video instanceof HTMLVideoElement && video.videoWidth > 0);
  return videos.length === 2 && videos.map((video) => /** @type {HTMLVideoElement} */ (video).currentTime);
}

/**
 * The other of the two is heard again and again: the voice, as three pictures on one machine may
 * have cost the picture for a while.
 * @param {Person} person
 */
async function hears(person) {
  const before = await person.ask(heard);
  await await_(`${person.name} still hears the other`, async () => await person.ask(heard) > before + 20);
}

/** Runs in the page: how many packets of the other's voice have come. */
async function heard() {
  const stats = [...(await document.getElementById("call").peerConnection.getStats(null)).values()];
  return stats.find((each) => each.type === "inbound-rtp" && each.kind === "audio")?.packetsReceived ?? 0;
}

/** What is written on the guest's picture. @param {Person} person */
function tile(person) {
  return person.ask(() => document.querySelector(".call-guest")?.textContent?.replace(/\s+/g, " ") ?? "");
}
