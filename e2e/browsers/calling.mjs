// Two people who hold the demonstration's current call.

import assert from "node:assert/strict";
import { newWindow } from "./launch.mjs";
import { Person, phone } from "./person.mjs";
import { account, await_ } from "./platform.mjs";

/** @typedef {Awaited<ReturnType<typeof newWindow>>} Window */

/**
 * The two people of the call, each signed in in this browser.
 * @param {import("puppeteer-core").Browser} browser
 * @param {string} name
 * @param {import("./line.mjs").Line} line the beneficiary's way to the relay
 */
export async function seat(browser, name, line) {
  const beneficiary = await Person.sit(await newWindow(browser), `the beneficiary in ${name}`, phone);
  const worker = await Person.sit(await newWindow(browser), `the worker in ${name}`);
  await line.lead(beneficiary.window.page);
  await beneficiary.signIn(account("beneficiary"), "Avec qui voulez-vous parler");
  await worker.signIn(account("social_worker"), "Semaine du");
  return { beneficiary, worker };
}

/** The path of the call page. @param {Person} person */
export async function callOf(person) {
  await person.open("/rendez-vous");
  const links = await person.ask(() => [...document.querySelectorAll('main a[href^="/rendez-vous/"]')].map((link) => link.getAttribute("href") ?? ""));
  for (const link of links) {
    await person.open(link);
    if (await person.ask(() => document.querySelector('main a[href$="/appel"]') !== null)) return `${link}/appel`;
  }
  throw new Error("no call is going on");
}

/**
 * Opens the call and enters with the camera on, which is off until it is chosen; whoever was in
 * the call before comes back at once.
 * @param {Person} person
 * @param {string} call
 * @param {() => Promise<void>} [meanwhile] happens before they enter
 */
export async function enter(person, call, meanwhile = async () => {}) {
  await person.open(call);
  const phase = await person.until("can enter", () => {
    const now = document.getElementById("call")?.dataset["phase"];
    return now !== "opening" && now;
  });
  if (phase !== "preview") return;
  assert.equal(await person.ask(() => document.getElementById("camera")?.getAttribute("aria-checked")), "false", `${person.name}: the camera waits until it is chosen`);
  await person.click("#camera");
  await person.until("sees their own picture", () => document.getElementById("self").videoWidth > 0);
  await meanwhile();
  await person.click("#go");
}

/**
 * Admits the beneficiary, who waits the first time and enters directly later.
 * @param {Person} worker
 * @param {Person} beneficiary
 * @param {() => Promise<void>} [meanwhile] happens while they wait
 */
export async function admit(worker, beneficiary, meanwhile = async () => {}) {
  const waits = await worker.until("meets the beneficiary", () => {
    if (!document.getElementById("knocking")?.hidden) return "knocking";
    return document.getElementById("call")?.dataset["phase"] === "talking" && "talking";
  });
  if (waits !== "knocking") return;
  await meanwhile();
  await worker.click("#admit");
}

/**
 * Both see each other's moving video, through the relay, with the same verification words.
 * @param {Person} one
 * @param {Person} other
 */
export async function bothSee(one, other) {
  await Promise.all([watches(one), watches(other)]);
  const words = (/** @type {Person} */ person) => person.ask(() => document.getElementById("verification")?.textContent ?? "");
  await await_("both are shown the same words", async () => {
    const [mine, theirs] = await Promise.all([words(one), words(other)]);
    return mine.split(" · ").length === 4 && mine === theirs;
  });
}

/** Remembers the current connections, so that a wait is for new ones. @param {...Person} people */
export async function mark(...people) {
  for (const person of people) await person.ask(() => { document.getElementById("call").peerConnection.old = true; });
}

/**
 * The other side's video arrives, is decoded, shown and moving.
 * @param {Person} person
 */
export async function watches(person) {
  const first = await person.until("sees the other’s picture", picture);
  await person.until("sees the other’s picture move", async (before) => {
    const connection = document.getElementById("call").peerConnection;
    const video = document.getElementById("remote");
    const frames = [...(await connection.getStats(null)).values()].find((each) => each.type === "inbound-rtp" && each.kind === "video")?.framesDecoded ?? 0;
    return (frames < before.frames || frames > before.frames + 5) && video.currentTime !== before.time;
  }, first);
  assert.deepEqual(await person.ask(paths), ["relay"], `${person.name} can be reached through the relay alone`);
}

/** Runs in the page: the state of the other side's video, once there is one. */
async function picture() {
  const connection = document.getElementById("call").peerConnection;
  const video = document.getElementById("remote");
  if (!connection || connection.old || connection.connectionState !== "connected" || !(video instanceof HTMLVideoElement) || video.videoWidth === 0) return null;
  const stats = [...(await connection.getStats(null)).values()];
  const frames = stats.find((each) => each.type === "inbound-rtp" && each.kind === "video")?.framesDecoded ?? 0;
  return frames > 5 ? { frames, time: video.currentTime } : null;
}

/** Runs in the page: the types of this side's candidates. */
async function paths() {
  const stats = await document.getElementById("call").peerConnection.getStats(null);
  return [...new Set([...stats.values()].filter((each) => each.type === "local-candidate").map((each) => each.candidateType))];
}
