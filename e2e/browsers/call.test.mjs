// Calls between Firefox and Chromium, and between two Firefox; and what is shown
// in browsers that do not support calls.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { admit, bothSee, callOf, enter, mark, seat } from "./calling.mjs";
import { callFits } from "./fit.mjs";
import { chromium, firefox } from "./launch.mjs";
import { Line } from "./line.mjs";
import { Person, phone } from "./person.mjs";
import { account, demo } from "./platform.mjs";
import { WebKit } from "./webkit.mjs";

/** @typedef {import("./calling.mjs").Window} Window */

/** @type {import("puppeteer-core").Browser[]} */
let browsers = [];
/** @type {Line} */
let line;
/** @type {Record<"firefox" | "chromium", {beneficiary: Person<Window>, worker: Person<Window>}>} */
let seats;
/** The demonstration's current call. */
let call = "";

before(async () => {
  browsers = await Promise.all([firefox(), chromium()]);
  line = await Line.to(demo.turn_url);
  seats = { firefox: await seat(browsers[0], "Firefox", line), chromium: await seat(browsers[1], "Chromium", line) };
  call = await callOf(seats.chromium.beneficiary);
});

after(async () => {
  line?.close();
  await Promise.all(browsers.map((browser) => browser.close()));
});

test("Firefox calls Chromium", () => hold(seats.firefox.beneficiary, seats.chromium.worker, callFits, cut, cutOff));
test("Chromium calls Firefox", () => hold(seats.chromium.beneficiary, seats.firefox.worker, callFits, cut, cutOff));
test("Firefox calls Firefox", () => hold(seats.firefox.beneficiary, seats.firefox.worker));

/**
 * A call, with the given events in it.
 * @param {Person} beneficiary
 * @param {Person} worker
 * @param {...((beneficiary: Person, worker: Person) => Promise<void>)} accidents
 */
async function hold(beneficiary, worker, ...accidents) {
  await enter(beneficiary, call, () => looksReady(beneficiary));
  await enter(worker, call, () => looksReady(worker));
  await admit(worker, beneficiary, () => callFits(worker, beneficiary));
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
    await callFits(person);
    person.sound();
  }
}

/**
 * Before the call: the microphone is heard, and the camera waited until it was chosen.
 * @param {Person} person
 */
async function looksReady(person) {
  await person.until("is told whether they are heard", () => /^Nous vous entendons\.|ne nous laisse pas l’écouter/.test(document.getElementById("level-words")?.textContent ?? "")); // Firefox listens on no machine that plays no sound
  await callFits(person);
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
 * The connection to the relay is interrupted and restored.
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
 * The connections to the relay and the server are lost, and that to the server is restored first.
 * @param {Person} beneficiary
 * @param {Person} worker
 */
async function cutOff(beneficiary, worker) {
  await mark(beneficiary, worker);
  line.cut();
  await line.hangUp(beneficiary.window.page);
  await beneficiary.until("is offered a new connection", () => !document.getElementById("call").peerConnection.old);
  line.mend();
  await bothSee(beneficiary, worker);
}

/**
 * A camera is turned off and on again; the other side is notified, and sees the video again.
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

/** Features that browsers may lack, and the page's messages. */
const lacks = [
  { what: "RTCPeerConnection", says: "Ce navigateur ne permet pas les appels vidéo." },
  { what: "mediaDevices", says: "Ce navigateur ne donne accès ni au micro ni à la caméra." },
];

for (const name of /** @type {const} */ (["firefox", "chromium"])) {
  for (const { what, says } of lacks) {
    test(`${name} without ${what} is offered the phone`, () => elsewhere(seats[name].beneficiary, `without ${what}`, async (zoe) => {
      await zoe.window.page.evaluateOnNewDocument((lacking) => {
        for (const holder of [window, Navigator.prototype]) delete holder[lacking];
      }, what);
      await zoe.open(call);
      await offered(zoe, says);
      await callFits(zoe);
      if (what === "mediaDevices") await zoe.press("Entrer pour voir et entendre", "n’est pas là pour l’instant"); // already admitted
      zoe.sound();
    }));
  }
}

test("a browser that runs no script is offered the phone", () => elsewhere(seats.chromium.beneficiary, "without scripts", async (zoe) => {
  await zoe.window.page.setJavaScriptEnabled(false);
  await zoe.open(call);
  await offered(zoe, "L’appel vidéo a besoin de JavaScript");
  await callFits(zoe);
}));

test("a call whose script never comes is offered by phone after a while", () => elsewhere(seats.chromium.beneficiary, "whose scripts are lost", async (zoe) => {
  await zoe.window.page.setRequestInterception(true);
  zoe.window.page.on("request", (request) => void (request.url().includes("/call/") ? request.abort() : request.continue()));
  await zoe.open(call);
  await offered(zoe, "L’appel ne s’ouvre pas ?");
  await callFits(zoe);
}));

test("WebKit, which has no calls, is offered the phone and takes it", async () => {
  const webkit = await WebKit.start();
  try {
    const zoe = await Person.sit(webkit.window, "the beneficiary in WebKit", phone);
    await zoe.signIn(account("beneficiary"), "Avec qui voulez-vous parler");
    await zoe.open(call);
    await offered(zoe, "Ce navigateur ne permet pas les appels vidéo.");
    const { worker } = seats.firefox;
    await enter(worker, call);
    await worker.sees("n’est pas là pour l’instant");
    await zoe.press("Passer au téléphone", "Ce rendez-vous se fera par téléphone.");
    await worker.sees("Ce rendez-vous se fait maintenant par téléphone.");
    await worker.press("Voir le rendez-vous", "Numéro à appeler");
    await zoe.sees("vous appelle à l’heure dite, sur votre portable");
    zoe.sound();
  } finally {
    await webkit.close();
  }
});

/**
 * The same person in another window, which is closed at the end.
 * @param {Person<Window>} person
 * @param {string} name
 * @param {(person: Person<Window>) => Promise<void>} act
 */
async function elsewhere(person, name, act) {
  const window = await person.window.another();
  try {
    await act(await Person.sit(window, `${person.name} ${name}`, phone));
  } finally {
    await window.page.close();
  }
}

/**
 * The page says why there is no call, and the alternatives.
 * @param {Person} person
 * @param {string} why
 */
async function offered(person, why) {
  for (const words of [why, "Passer au téléphone", "02 97 00 00 00", "Écrire à Nadia Le Goff"]) await person.sees(words);
  await person.check();
  assert.ok(await person.ask(() => document.querySelector('#unable a[href^="tel:"]') !== null), "the number can be touched");
}
