// Calls between Firefox and Chromium, and between two Firefox.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./launch.mjs";
import { Line } from "./line.mjs";
import { Person } from "./person.mjs";
import { account, await_, demo } from "./platform.mjs";

/** @type {import("puppeteer-core").Browser[]} */
let browsers = [];
/** @type {Line} */
let line;
/** @type {Record<"firefox" | "chromium", {beneficiary: Person, worker: Person}>} */
let seats;
/** The call that is going on when the demonstration starts. */
let call = "";

before(async () => {
  browsers = await Promise.all([launch("firefox"), launch("chromium")]);
  line = await Line.to(demo.turn_url);
  const [firefox, chromium] = browsers;
  seats = { firefox: await seat(firefox, "Firefox"), chromium: await seat(chromium, "Chromium") };
  call = await callOf(seats.chromium.beneficiary);
});

after(async () => {
  line?.close();
  await Promise.all(browsers.map((browser) => browser.close()));
});

/**
 * The two people of the call, each signed in in this browser.
 * @param {import("puppeteer-core").Browser} browser
 * @param {string} name
 */
async function seat(browser, name) {
  const beneficiary = await Person.sit(browser, `the beneficiary in ${name}`, 360);
  const worker = await Person.sit(browser, `the worker in ${name}`);
  await line.lead(beneficiary.page);
  await beneficiary.signIn(account("beneficiary"), "Avec qui voulez-vous parler");
  await worker.signIn(account("social_worker"), "Semaine du");
  return { beneficiary, worker };
}

/** @param {Person} person */
async function callOf(person) {
  await person.open("/rendez-vous");
  const links = await person.ask(() => [...document.querySelectorAll('main a[href^="/rendez-vous/"]')].map((link) => link.getAttribute("href") ?? ""));
  for (const link of links) {
    await person.open(link);
    if (await person.ask(() => document.querySelector('main a[href$="/appel"]') !== null)) return `${link}/appel`;
  }
  throw new Error("no call is going on");
}

test("Firefox calls Chromium", () => hold(seats.firefox.beneficiary, seats.chromium.worker, cut, cutOff));
test("Chromium calls Firefox", () => hold(seats.chromium.beneficiary, seats.firefox.worker, cut, cutOff));
test("Firefox calls Firefox", () => hold(seats.firefox.beneficiary, seats.firefox.worker));

/**
 * A call, and what happens in one.
 * @param {Person} beneficiary
 * @param {Person} worker
 * @param {...((beneficiary: Person, worker: Person) => Promise<void>)} accidents
 */
async function hold(beneficiary, worker, ...accidents) {
  await beneficiary.open(call);
  await worker.open(call);
  await admit(worker);
  await bothSee(beneficiary, worker);
  await reload(beneficiary, worker);
  await reload(worker, beneficiary);
  for (const happens of accidents) await happens(beneficiary, worker);
  await darken(beneficiary, worker);
  await darken(worker, beneficiary);
  for (const person of [beneficiary, worker]) {
    await person.check();
    await person.click("#leave");
    await person.sees("Vous avez quitté l’appel.");
    person.sound();
  }
}

/**
 * @param {Person} person
 * @param {Person} other
 */
async function reload(person, other) {
  await mark(other);
  await person.open(call);
  await bothSee(person, other);
}

/**
 * The way to the relay is cut and comes back.
 * @param {Person} beneficiary
 * @param {Person} worker
 */
async function cut(beneficiary, worker) {
  line.cut();
  await beneficiary.sees("La connexion est coupée");
  line.mend();
  await bothSee(beneficiary, worker);
}

/**
 * Relay and server are lost, and the server comes back first.
 * @param {Person} beneficiary
 * @param {Person} worker
 */
async function cutOff(beneficiary, worker) {
  await mark(beneficiary, worker);
  line.cut();
  await line.hangUp(beneficiary.page);
  await beneficiary.until("is offered a new connection", () => !document.getElementById("call").peerConnection.old);
  line.mend();
  await bothSee(beneficiary, worker);
}

/**
 * A camera goes off and on again; the other side is told, and sees the picture again.
 * @param {Person} person
 * @param {Person} other
 */
async function darken(person, other) {
  await person.click("#camera");
  await other.until("sees that the other camera is off", () => document.getElementById("cover")?.innerText.includes("Caméra coupée"));
  await person.click("#camera");
  await other.until("sees that the other camera is on again", () => document.getElementById("cover")?.hidden);
  await bothSee(person, other);
}

/**
 * Lets the beneficiary in, who waits the first time and comes straight in later.
 * @param {Person} worker
 */
async function admit(worker) {
  const waits = await worker.until("meets the beneficiary", () => {
    if (!document.getElementById("knocking")?.hidden) return "knocking";
    return document.getElementById("call")?.dataset["phase"] === "talking" && "talking";
  });
  if (waits === "knocking") await worker.click("#admit");
}

/**
 * Both see each other move, through the relay, under the same words.
 * @param {Person} one
 * @param {Person} other
 */
async function bothSee(one, other) {
  await Promise.all([watches(one), watches(other)]);
  const words = (/** @type {Person} */ person) => person.ask(() => document.getElementById("verification")?.textContent ?? "");
  await await_("both are shown the same words", async () => {
    const [mine, theirs] = await Promise.all([words(one), words(other)]);
    return mine.split(" · ").length === 4 && mine === theirs;
  });
}

/** Remembers the connections of now, so that the next ones are waited for. @param {...Person} people */
async function mark(...people) {
  for (const person of people) await person.ask(() => { document.getElementById("call").peerConnection.old = true; });
}

/**
 * The other side's picture arrives: decoded, shown, and moving.
 * @param {Person} person
 */
async function watches(person) {
  const first = await person.until("sees the other’s picture", picture);
  await person.until("sees the other’s picture move", async (before) => {
    const connection = document.getElementById("call").peerConnection;
    const video = document.getElementById("remote");
    const frames = [...(await connection.getStats()).values()].find((each) => each.type === "inbound-rtp" && each.kind === "video")?.framesDecoded ?? 0;
    return (frames < before.frames || frames > before.frames + 5) && video.currentTime !== before.time;
  }, first);
  assert.deepEqual(await person.ask(paths), ["relay"], `${person.name} can be reached through the relay alone`);
}

/** Runs in the page: what it shows of the other side, once it does. */
async function picture() {
  const connection = document.getElementById("call").peerConnection;
  const video = document.getElementById("remote");
  if (!connection || connection.old || connection.connectionState !== "connected" || !(video instanceof HTMLVideoElement) || video.videoWidth === 0) return null;
  const stats = [...(await connection.getStats()).values()];
  const frames = stats.find((each) => each.type === "inbound-rtp" && each.kind === "video")?.framesDecoded ?? 0;
  return frames > 5 ? { frames, time: video.currentTime } : null;
}

/** Runs in the page: the kinds of path that this side offers. */
async function paths() {
  const stats = await document.getElementById("call").peerConnection.getStats();
  return [...new Set([...stats.values()].filter((each) => each.type === "local-candidate").map((each) => each.candidateType))];
}
