// What people do in a call besides talking: they write as they type, hide the page when they
// are no longer alone, sign, choose devices, and are interrupted by a telephone call.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { admit, bothSee, callOf, enter, seat } from "./calling.mjs";
import { callFits } from "./fit.mjs";
import { chromium } from "./launch.mjs";
import { Line } from "./line.mjs";
import { demo } from "./platform.mjs";

/** @typedef {import("./calling.mjs").Window} Window */
/** @typedef {import("./person.mjs").Person<Window>} Person */

/** An Android phone, as it names itself. */
const phone = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";

/** What is typed must be read on the other side within this time, in milliseconds (EN 301 549, 6.2.4). */
const readWithin = 500;

/** @type {import("puppeteer-core").Browser} */
let browser;
/** @type {Line} */
let line;
/** @type {Person} */
let zoe;
/** @type {Person} */
let nadia;
let call = "";

before(async () => {
  browser = await chromium();
  line = await Line.to(demo.turn_url);
  ({ beneficiary: zoe, worker: nadia } = await seat(browser, "Chromium", line));
  call = await callOf(zoe);
  await zoe.window.page.setUserAgent(phone);
  await zoe.window.page.evaluateOnNewDocument(keepTracks);
  await enter(zoe, call);
  await enter(nadia, call);
  await admit(nadia, zoe);
  await bothSee(zoe, nadia);
});

after(async () => {
  line?.close();
  await browser?.close();
});

/** Runs in the page, before its own scripts: a browser that recognises speech on the device. */
function recognisesSpeech() {
  window.recognised = [];
  window.SpeechRecognition = class extends EventTarget {
    processLocally = false;

    static async available() {
      return "available";
    }

    /** @param {MediaStreamTrack} track */
    start(track) {
      window.recognised.push({ local: this.processLocally, track });
      const results = [{ isFinal: true, 0: { transcript: "Bonjour Zoé." } }, { isFinal: false, 0: { transcript: "Comment allez-vous" } }];
      setTimeout(() => this.dispatchEvent(Object.assign(new Event("result"), { results })), 100);
    }

    abort() {}
  };
  window.SpeechRecognition.prototype.processLocally = false;
}

/** Runs in the page, before its own scripts: the opened tracks can be interrupted, and the screen's lock is seen. */
function keepTracks() {
  Object.defineProperty(navigator, "wakeLock", {
    value: {
      request: async () => (window.lock = { released: false, async release() { this.released = true; } }),
    },
  });
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.tracks = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const found = await native(wanted);
    window.tracks.push(...found.getTracks());
    return found;
  };
}

test("what is typed is read on the other side letter by letter, and kept nowhere", async () => {
  await nadia.click("#more");
  await nadia.click("#write");
  await zoe.ask(() => {
    window.read = {};
    new MutationObserver(() => { window.read[document.getElementById("text-open").textContent] ??= Date.now(); }).observe(document.getElementById("text-open"), { childList: true, subtree: true });
  });
  const delays = [];
  for (const letter of ["S", "e", "c", "r"]) {
    const typed = await nadia.ask(() => Date.now());
    await nadia.window.page.keyboard.type(letter);
    const read = await zoe.until(`reads the letter ${letter}`, (wanted) => Object.entries(window.read).find(([text]) => text.endsWith(wanted))?.[1], letter);
    delays.push(read - typed);
  }
  delays.sort((a, b) => a - b);
  assert.ok(delays[1] <= readWithin, `letters take ${delays} ms`);
  await nadia.window.page.keyboard.type("ète");
  await nadia.window.page.keyboard.press("Enter");
  await zoe.until("reads the finished line", () => document.querySelector("#text-lines[role=log] li")?.textContent?.endsWith("Secrète"));
  assert.equal(await nadia.ask(() => document.getElementById("text-field").value), "");
  for (const person of [zoe, nadia]) {
    const kept = await person.ask(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    assert.doesNotMatch(kept, /Secr/, `${person.name}: the line is kept`);
  }
  const page = await zoe.ask(async () => (await fetch(document.querySelector('.call-controls a[href^="/messages/"]').href)).text());
  assert.doesNotMatch(page, /Secrète/);
  await callFits(zoe, nadia);
});

test("each side points at the screen that the other shares, and the marks go with it", async () => {
  await nadia.click("#share");
  await zoe.until("sees the shared screen", () => document.getElementById("board")?.hidden === false && document.getElementById("remote")?.classList.contains("whole"));
  await zoe.click("#sheet");
  await nadia.until("sees what is circled", () => document.querySelector(".call-board.own .call-mark.circle") !== null);
  await nadia.sees("Zoé Vidal entoure un endroit au milieu.");
  await zoe.click("#unmark");
  await nadia.until("sees no mark any more", () => document.querySelector(".call-mark") === null);
  await zoe.click("#sheet");
  await nadia.until("sees the circle", () => document.querySelector(".call-mark.circle") !== null);
  await nadia.click("#share");
  for (const person of [zoe, nadia]) await person.until("points at nothing", () => document.getElementById("board")?.hidden === true && document.querySelector(".call-mark") === null);
});

test("a document that a phone shows is seen by both, pointed at with mouse and keys, and closed by either", async () => {
  await shows(zoe);
  await nadia.until("sees the document", seesDocument);
  await zoe.sees("Nadia Le Goff voit votre document.");
  await nadia.click("#sheet");
  await nadia.window.page.keyboard.press("ArrowRight");
  await zoe.until("sees what Nadia circles, and where she points", () => ["circle", "pointer"].every((kind) => document.querySelector(`.call-mark.${kind} b`)?.textContent === "Nadia Le Goff"));
  await nadia.window.page.keyboard.press("Delete");
  await zoe.until("sees no mark any more", () => document.querySelector(".call-mark") === null);
  await callFits(zoe, nadia);
  await nadia.click("#document-close");
  await zoe.sees("Nadia Le Goff a fermé le document.");
  for (const person of [zoe, nadia]) assert.ok(await person.ask(() => document.getElementById("document").hidden && !document.getElementById("document").src), `${person.name}: nothing is left of it`);
  await shows(zoe);
  await nadia.until("sees the document again", seesDocument);
});

test("somebody who is not alone any more hides everything at once, and brings it back", async () => {
  await zoe.window.page.keyboard.press("Escape");
  await zoe.window.page.keyboard.press("Escape");
  const seen = await zoe.ask(() => ({
    words: document.getElementById("call").innerText.replace(/\s+/g, " "),
    streams: ["remote", "sound", "self"].map((id) => document.getElementById(id).srcObject),
    lines: document.getElementById("text-lines").children.length,
    live: window.tracks.filter((track) => track.readyState === "live").length,
  }));
  assert.deepEqual(seen, { words: "Page en pause. Reprendre", streams: [null, null, null], lines: 0, live: 0 });
  await nadia.sees("Zoé Vidal n’est plus seul(e)");
  await nadia.until("does not see the document any more", () => document.getElementById("document").hidden && !document.getElementById("document").src);
  await nadia.until("sees the quiet sign", () => document.getElementById("remote-muted")?.textContent === ", n’est plus seul(e)");
  await nadia.window.page.type("#text-field", "Je reste là");
  await nadia.window.page.keyboard.press("Enter");
  await zoe.until("has received the line, unseen", () => document.getElementById("text-lines").children.length === 1 && document.getElementById("text-lines").getClientRects().length === 0);
  await zoe.open(call);
  await zoe.until("is back in the call", () => document.getElementById("call")?.dataset["phase"] === "talking");
  assert.equal(await zoe.ask(() => document.getElementById("call").innerText.replace(/\s+/g, " ")), "Page en pause. Reprendre", "a reload shows the call");
  await zoe.click("#unhide");
  await zoe.until("sees the other again", () => document.getElementById("remote").videoWidth > 0 && !document.getElementById("stage").hidden);
  assert.deepEqual(await zoe.ask(() => ["microphone", "camera"].map((id) => document.getElementById(id).ariaChecked)), ["false", "false"], "what is sent comes back only when the person wants it");
  await nadia.until("loses the sign", () => document.getElementById("remote-muted")?.textContent === ", micro coupé");
  await zoe.click("#microphone");
  await zoe.click("#camera");
  await bothSee(zoe, nadia);
});

test("a telephone call is told to both, ends by itself, and a lost microphone is taken back with one button", async () => {
  await interrupt("mute");
  await zoe.sees("Appel interrompu par le téléphone.");
  await nadia.sees("appel interrompu par le téléphone");
  assert.equal(await zoe.ask(() => document.getElementById("resume").hidden), true, "what comes back by itself needs no button");
  await callFits(zoe);
  await interrupt("unmute");
  await zoe.until("goes on", () => document.getElementById("interrupted").hidden);
  await nadia.until("is told that it is over", () => document.getElementById("remote-muted")?.textContent === "");
  await interrupt("ended");
  await zoe.press("Reprendre le micro", "");
  await zoe.until("has the microphone back", () => document.getElementById("interrupted").hidden && document.getElementById("microphone").ariaChecked === "true");
  await nadia.until("is told that it is back", () => document.getElementById("remote-muted")?.textContent === "");
});

test("a microphone that does not come back within ten seconds brings a page that is loaded anew, in the call", async () => {
  await zoe.ask(() => {
    window.old = true;
    navigator.mediaDevices.getUserMedia = () => new Promise(() => {});
  });
  await interrupt("ended");
  await zoe.press("Reprendre le micro", "");
  await zoe.until("is loaded anew", () => !window.old && document.getElementById("call")?.dataset["phase"] === "talking" && document.getElementById("microphone").ariaChecked === "true");
  await bothSee(zoe, nadia);
});

test("both are told that one of them signs, and that they do not any more", async () => {
  await nadia.click("#more");
  await nadia.click("#signing");
  await zoe.sees("Langue des signes pour Nadia Le Goff");
  await bothSee(zoe, nadia);
  await nadia.click("#signing");
  await zoe.sees("Le son passe de nouveau avant l’image.");
});

test("captions are made on the listener's own device, and both are told", async () => {
  await opensMenu(nadia);
  await nadia.click("#caption");
  await nadia.sees("Ce navigateur ne peut pas faire de sous-titres sur votre appareil."); // it lacks the language
  assert.equal(await nadia.ask(() => document.getElementById("caption").ariaChecked), "false");
  await zoe.window.page.evaluateOnNewDocument(recognisesSpeech);
  await zoe.open(call);
  await bothSee(zoe, nadia);
  await zoe.click("#more");
  await zoe.click("#caption");
  await zoe.until("reads what is said", () => document.getElementById("captions").textContent === "Bonjour Zoé. Comment allez-vous");
  await nadia.sees("Zoé Vidal lit des sous-titres de vos paroles.");
  assert.deepEqual(await zoe.ask(() => window.recognised.map(({ local, track }) => [local, track.kind, track.id === document.getElementById("remote").srcObject.getAudioTracks()[0].id])), [[true, "audio", true]]);
  await callFits(zoe);
  await zoe.open(call);
  await zoe.until("reads them again after a reload", () => document.getElementById("captions").textContent === "Bonjour Zoé. Comment allez-vous");
  await zoe.click("#more");
  await zoe.click("#caption");
  await nadia.sees("Zoé Vidal ne lit plus de sous-titres.");
});

test("another microphone is chosen in mid-call, and found again after a reload", async () => {
  await opensMenu(nadia);
  await nadia.click("#choose-devices");
  const chosen = await nadia.until("has a choice", () => document.getElementById("microphone-choice").options[1]?.value);
  await nadia.window.page.select("#microphone-choice", chosen);
  await nadia.until("is heard through it", (id) => document.getElementById("microphone-choice").value === id && document.getElementById("level-words").textContent === "Nous vous entendons.", chosen);
  await callFits(nadia);
  await nadia.click("#devices-close");
  await nadia.open(call);
  await bothSee(nadia, zoe);
  await nadia.click("#more");
  await nadia.click("#choose-devices");
  await nadia.until("finds it again", (id) => document.getElementById("microphone-choice").value === id, chosen);
  await nadia.click("#devices-close");
});

test("the call fills the screen and leaves it, with a switch of a constant name", async () => {
  const name = () => nadia.ask(() => document.querySelector("#fullscreen > span").textContent);
  const before = await name();
  await nadia.click("#more");
  await nadia.click("#fullscreen");
  await nadia.until("sees the call alone", () => document.fullscreenElement?.id === "call" && document.getElementById("fullscreen").ariaChecked === "true");
  assert.equal(await name(), before);
  await nadia.ask(() => document.exitFullscreen());
  await nadia.until("sees the page again", () => document.getElementById("fullscreen").ariaChecked === "false");
});

test("who leaves is told what comes next, each their own", async () => {
  assert.equal(await zoe.ask(() => window.lock?.released), false, "the screen stays on during the call");
  for (const [person, words] of /** @type {const} */ ([[zoe, "Reprendre rendez-vous avec Nadia Le Goff"], [nadia, "Prendre un autre rendez-vous pour Zoé Vidal"]])) {
    await person.click("#leave");
    await person.sees(words);
    await callFits(person);
    person.sound();
  }
  assert.equal(await zoe.ask(() => window.lock?.released), true, "the screen may go off after the call");
  await zoe.press("Revenir dans l’appel", "");
  await zoe.until("is in the call without another preview", () => document.getElementById("call")?.dataset["phase"] === "alone");
});

test("who asked at booking for writing and signs enters so with one press, and the worker reads at once", async () => {
  for (const person of [zoe, nadia]) {
    await person.window.page.evaluateOnNewDocument(askedAtBooking);
    await person.open(call);
    await person.until("is before the call", () => document.getElementById("call")?.dataset["phase"] === "preview");
    await person.click("#go");
    await person.until("can write", () => document.getElementById("text-field").checkVisibility());
    assert.equal(await person.ask(() => document.getElementById("signing").ariaChecked), "true", `${person.name} finds sign language on`);
  }
  assert.deepEqual(await zoe.ask(() => ["microphone", "camera"].map((id) => document.getElementById(id).ariaChecked)), ["false", "false"], "who writes is neither heard nor seen");
  assert.deepEqual(await zoe.ask(() => window.tracks.length), 0, "no device was opened");
  await nadia.until("is in the call with the other", () => document.getElementById("call")?.dataset["phase"] === "talking");
  await zoe.sees("Langue des signes pour Nadia Le Goff");
  await zoe.window.page.type("#text-field", "Mots écrits");
  await nadia.sees("Mots écrits");
});

/** Runs in the page, before its own scripts: a first visit of the page, as the server makes it where both were asked for at booking. */
function askedAtBooking() {
  sessionStorage.clear();
  new MutationObserver(() => {
    for (const each of ["data-by-writing", "data-signing"]) document.getElementById("call")?.setAttribute(each, "");
  }).observe(document, { childList: true, subtree: true });
}

/** Opens the menu, unless a test before has left it open. @param {Person} person */
async function opensMenu(person) {
  if (!await person.ask(() => document.getElementById("menu").open)) await person.click("#more");
}

/** Chooses a document to show. @param {Person} person */
async function shows(person) {
  await person.click("#more");
  const [chooser] = await Promise.all([person.window.page.waitForFileChooser(), person.click("#show-document")]);
  await chooser.accept(["../web/static/videos/document.jpg"]);
}

/** Runs in the page: whether a document is shown, in full. */
function seesDocument() {
  const picture = document.getElementById("document");
  return !picture.hidden && picture.naturalWidth > 0;
}

/**
 * Something else takes the beneficiary's microphone, or gives it back.
 * @param {"mute" | "unmute" | "ended"} event
 */
async function interrupt(event) {
  await zoe.ask((type) => {
    const track = window.tracks.findLast((/** @type {MediaStreamTrack} */ each) => each.kind === "audio" && each.readyState === "live");
    Object.defineProperty(track, "muted", { value: type === "mute", configurable: true });
    if (type === "ended") track.stop();
    track.dispatchEvent(new Event(type));
  }, event);
}
