// The test of a call in Firefox and Chromium: its verdict, on a good network and on those that
// block a part of it; what is asked of whoever runs the network; and the report.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium, firefox, newWindow } from "./launch.mjs";
import { Person, desktop, phone } from "./person.mjs";
import { account, demo } from "./platform.mjs";

/** @typedef {Awaited<ReturnType<typeof newWindow>>} Window */

/** How long a test takes at most once the devices are open, in milliseconds. */
const most = 30_000;

/** @type {Record<"firefox" | "chromium", import("puppeteer-core").Browser>} */
let browsers;

before(async () => {
  const [fox, chrome] = await Promise.all([firefox(), chromium()]);
  browsers = { firefox: fox, chromium: chrome };
});
after(() => Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close())));

for (const name of /** @type {const} */ (["firefox", "chromium"])) {
  test(`in ${name} everything is very well`, async () => {
    const zoe = await somebody(name);
    await run(zoe, "Tout va très bien");
    assert.deepEqual(await steps(zoe), {
      browser: "ok", permission: "ok", microphone: "ok", camera: "ok", websocket: "ok", udp: "ok", tcp: "ok", tls: "absent", media: "ok", quality: "ok", rate: "ok", speaker: "waiting",
    });
    await zoe.press("Jouer un son", "Avez-vous entendu le son");
    await zoe.press("Oui", "vous entendez");
    await zoe.resize(desktop);
    await zoe.check();
    await zoe.press("Envoyer au standard", "au standard : il voit alors les résultats");
    const said = await zoe.ask(() => /test [2-9A-Z]{4}/.exec(document.querySelector("main")?.textContent ?? "")?.[0] ?? "");
    const yann = await somebody(name);
    await yann.signIn(account("switchboard"), "Chercher un compte");
    await yann.open("/standard/tests");
    await yann.sees(said.replace("test", "Test"));
    await yann.sees("très bien");
    await yann.sees(name === "firefox" ? "Firefox" : "Chrome");
    zoe.sound();
    yann.sound();
  });

  test(`in ${name} a network without UDP is named`, async () => {
    const zoe = await somebody(name, ["transport=udp"]);
    await run(zoe, "Tout va très bien");
    const { udp, tcp } = await steps(zoe);
    assert.deepEqual({ udp, tcp }, { udp: "warn", tcp: "ok" });
    await zoe.sees("Ce réseau bloque l’UDP. L’appel passera par TCP");
    assert.equal(await asked(zoe), "", "nothing is asked of the network");
  });

  test(`in ${name} a network that lets nothing through to the relay is told what to open`, async () => {
    const zoe = await somebody(name, ["transport=udp", "transport=tcp"]);
    await run(zoe, "Pas d’appel vidéo d’ici");
    const relay = /^turn:([^:]+):(\d+)/.exec(demo.turn_url) ?? [];
    const words = await asked(zoe);
    for (const part of [`UDP ${relay[2]} vers ${relay[1]}`, `TCP ${relay[2]} vers ${relay[1]}`]) assert.ok(words.includes(part), `${part} is in ${words}`);
    assert.doesNotMatch(words, /social|assistant|rendez-vous/i);
    await zoe.sees("Être rappelé");
    await zoe.check();
  });
}

test("a page whose socket is blocked says so", async () => {
  const zoe = await somebody("chromium");
  await zoe.window.page.evaluateOnNewDocument(() => {
    window.WebSocket = class extends WebSocket {
      constructor() { super("ws://127.0.0.1:64999/"); }
    };
  });
  await run(zoe, "Pas d’appel vidéo d’ici");
  assert.ok((await asked(zoe)).includes("WebSocket"), "the socket is asked for");
});

test("somebody without microphone and camera tests the connection", async () => {
  const zoe = await somebody("chromium");
  await zoe.window.page.evaluateOnNewDocument(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("Permission denied by system", "NotAllowedError"));
  });
  await run(zoe, "La connexion va très bien, pas le micro");
  await zoe.sees("Ouvrez les réglages de l’appareil");
  zoe.sound();
});

test("somebody whose browser's question stays open goes on without", async () => {
  const zoe = await somebody("chromium");
  await zoe.window.page.evaluateOnNewDocument(() => {
    navigator.mediaDevices.getUserMedia = () => new Promise(() => {});
  });
  await zoe.open("/test-appel");
  await zoe.press("Commencer le test", "en attente de votre accord");
  await zoe.press("Continuer sans micro ni caméra", "non essayé");
  await zoe.sees("La connexion va très bien, pas le micro");
});

test("a silent microphone is told", async () => {
  const zoe = await somebody("chromium");
  await zoe.window.page.evaluateOnNewDocument(() => {
    const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const pictures = wanted?.video ? (await native({ video: wanted.video })).getTracks() : [];
      return new MediaStream([...pictures, ...new AudioContext().createMediaStreamDestination().stream.getTracks()]);
    };
  });
  await run(zoe, "La connexion va très bien, pas le micro");
  await zoe.sees("nous n’entendons rien");
});

/**
 * Somebody in a window of their own, whose network blocks the addresses of the relay that
 * contain one of the texts.
 * @param {"firefox" | "chromium"} name
 * @param {string[]} blocked
 */
async function somebody(name, blocked = []) {
  const person = await Person.sit(await newWindow(browsers[name]), `somebody in ${name}`, phone);
  if (blocked.length > 0) await person.window.page.evaluateOnNewDocument(block, blocked);
  return person;
}

/**
 * Runs in the page, before its own scripts: blocked addresses lead to a port at which nobody
 * listens.
 * @param {string[]} blocked
 */
function block(blocked) {
  const Native = window.RTCPeerConnection;
  const dead = (/** @type {string} */ url) => blocked.some((part) => url.includes(part)) ? url.replace(/:\d+\?/, ":64999?") : url;
  const without = (/** @type {RTCConfiguration} */ settings) => ({ ...settings, iceServers: (settings.iceServers ?? []).map((server) => ({ ...server, urls: [server.urls].flat().map(dead) })) });
  window.RTCPeerConnection = class extends Native {
    constructor(/** @type {RTCConfiguration} */ settings = {}) { super(without(settings)); }
  };
}

/**
 * Tests a call, and waits for the verdict.
 * @param {Person} person
 * @param {string} verdict
 */
async function run(person, verdict) {
  await person.open("/test-appel");
  const began = Date.now();
  await person.press("Commencer le test", "Le navigateur");
  await person.sees(verdict);
  assert.ok(Date.now() - began < most, `the test took ${(Date.now() - began) / 1000} s`);
  await person.until("is told once, with the focus on the verdict", () => document.activeElement?.id === "verdict-title" && document.getElementById("state")?.textContent?.startsWith("Le test est fini."));
  await person.check();
}

/** The state of each step. @param {Person} person */
function steps(person) {
  return person.ask(() => Object.fromEntries([...document.querySelectorAll("[data-step]")].map((step) => [step.getAttribute("data-step"), step.getAttribute("data-state")])));
}

/** What is asked of whoever runs the network; empty if nothing is. @param {Person} person */
function asked(person) {
  return person.ask(() => document.getElementById("ask")?.hidden ? "" : document.getElementById("request")?.value ?? "");
}
