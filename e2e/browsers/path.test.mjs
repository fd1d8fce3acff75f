// The whole path in Firefox: from a connection code to an appointment, its messages, and its
// end; the worker's week, drawn; and the main pages of every role.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { firefox, newWindow } from "./launch.mjs";
import { lookAround } from "./pages.mjs";
import { Person, phone } from "./person.mjs";
import { account, demo, env } from "./platform.mjs";

/** @typedef {Awaited<ReturnType<typeof newWindow>>} Window */

/** @type {import("puppeteer-core").Browser} */
let browser;
/** @type {Person<Window>} */
let amina;
/** @type {Person<Window>} */
let worker;
const me = { role: "beneficiary", email: `personne-${Date.now()}@exemple.fr`, password: "Tilleul-phare-7-sucre" };

before(async () => {
  browser = await firefox();
  amina = await Person.sit(await newWindow(browser), "somebody new in Firefox", phone);
  worker = await Person.sit(await newWindow(browser), "the worker in Firefox");
  await worker.signIn(account("lea.payet"), "Semaine du");
});
after(() => browser?.close());

test("from a code to an hour, its messages and its end", async () => {
  await signUp();
  await book();
  await exchange();
  await cancel();
});
test("the worker's week is drawn", draw);
test("the main pages of every role", () => lookAround(async (name) => Person.sit(await newWindow(browser), `${name} in Firefox`)));

/** With a code and by the mailed link to the first page. */
async function signUp() {
  await amina.open("/");
  await amina.open("/inscription");
  await amina.press("Créer mon compte", "à corriger");
  for (const [name, value] of Object.entries({
    connection_code: demo.connection_code, first_name: "Amina", last_name: "Kaci", email: me.email, mobile: "06 98 76 54 32", password: me.password,
  })) await amina.fill(name, value);
  await amina.click('[name="adult"]');
  await amina.click('[name="accept_terms"]');
  await amina.press("Créer mon compte", "Regardez vos e-mails");
  const link = await amina.until("gets the mail", async (address) => {
    const mails = (await (await fetch("/demo/courriels")).text()).split("<article"); // no script may parse HTML here
    return mails.find((mail) => mail.includes(address))?.match(/href="([^"]*token=[^"]*)"/)?.[1]?.replaceAll("&amp;", "&");
  }, me.email);
  await amina.open(link ?? "");
  await amina.press("Confirmer mon adresse", "Avec qui voulez-vous parler"); // signed in where they signed up
}

/** Chooses a worker, a slot and a reason, and books the appointment. */
async function book() {
  const sheet = await amina.until("finds the worker", () => {
    const found = [...document.querySelectorAll(".sheet")].find((each) => each.textContent?.includes("Léa Payet"));
    return found?.querySelector('a[href^="/assistants/"]')?.getAttribute("href")?.split("?")[0];
  });
  await amina.open(`${sheet}?mode=phone&week=${env("SOCIALDIRECT_WEEK")}`);
  await amina.click('[name="starts_at"] + span');
  await amina.press("Continuer", "Tout est juste");
  await amina.press("Réserver ce rendez-vous", "Choisissez de quoi vous voulez parler");
  await amina.put("reason", "caregiving");
  await amina.fill("note", "Ma mère ne peut plus rester seule.");
  await amina.press("Réserver ce rendez-vous", "C’est réservé");
  assert.equal(await amina.ask(() => document.querySelector("[data-status]")?.getAttribute("data-status")), "confirmed");
}

/** A message and a document arrive while the conversation is open, and are answered. */
async function exchange() {
  const appointment = await amina.path();
  await worker.open(appointment);
  for (const [from, to, words] of /** @type {[Person<Window>, Person<Window>, string][]} */ ([[amina, worker, "Voici le document."], [worker, amina, "Bien reçu, merci."]])) {
    for (const person of [from, to]) {
      if (!(await person.path()).startsWith("/messages/")) await person.press("Écrire un message", "Envoyer");
    }
    await send(from, to, words);
  }
  await amina.open(appointment);
}

/**
 * @param {Person<Window>} from
 * @param {Person<Window>} to
 * @param {string} words
 */
async function send(from, to, words) {
  const name = `avis-${Date.now()}.pdf`;
  const content = `%PDF-1.4\n% ${words}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`;
  const path = join(tmpdir(), name);
  writeFileSync(path, content);
  await from.fill("body", words);
  const field = await from.window.page.$('input[type="file"]');
  await /** @type {import("puppeteer-core").ElementHandle<HTMLInputElement>} */ (field).uploadFile(path);
  await from.press("Envoyer", name);
  await to.sees(words); // without a reload
  const got = await to.ask(async (wanted) => {
    const link = [...document.querySelectorAll(".attachment")].find((each) => each.textContent?.includes(wanted));
    return (await fetch(link.href)).text();
  }, name);
  assert.equal(got, content, `${to.name} gets the document unchanged`);
}

async function cancel() {
  await amina.press("Annuler ce rendez-vous", "Annuler ce rendez-vous ?");
  await amina.press("Annuler le rendez-vous", "Le rendez-vous est annulé");
  await amina.open("/rendez-vous");
  amina.sound();
}

/** An opening is moved with the mouse, another is drawn in its place and moved with the keyboard. */
async function draw() {
  const { keyboard } = worker.window.page;
  await worker.open(`/agenda?week=${env("SOCIALDIRECT_FAR_WEEK")}`);
  await worker.window.page.setViewport({ width: worker.width, height: 2000 }); // the whole grid
  await worker.finds(".agenda-tools button");
  assert.ok(await worker.ask(() => document.querySelector('.agenda-day:last-child [data-starts="480"][data-ends="1200"]') !== null), "Sunday is open from 8 to 20");
  await drag(12, 14.5);
  await asked("10:30", "22:30");
  await worker.click('dialog [name="scope"][value="day"]');
  await worker.press("Enregistrer", "C’est enregistré");
  await drawn(630, 1350);

  await drag(8.5, 10);
  await asked("08:30", "10:00");
  await worker.press("Ajouter cette plage", "Choisissez un jour.");
  await worker.click('dialog [name="weekday"][value="0"]');
  await worker.press("Ajouter cette plage", "C’est enregistré");
  await drawn(510, 600);

  await worker.ask(() => document.querySelector('.agenda-day:last-child [data-starts="510"] a').focus());
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await asked("09:00", "10:30");
  await worker.press("Enregistrer", "C’est enregistré");
  await drawn(540, 630);
  worker.sound();
}

/**
 * Waits until the page after the form shows the opening and its script runs.
 * @param {number} starts
 * @param {number} ends
 */
async function drawn(starts, ends) {
  await worker.finds(`.agenda-day:last-child [data-starts="${starts}"][data-ends="${ends}"]`);
  await worker.finds(".agenda-tools button");
}

/**
 * Drags in the last day of the week, from one time to another.
 * @param {number} from
 * @param {number} to
 */
async function drag(from, to) {
  const { mouse } = worker.window.page;
  const [x = 0, y = 0, toY = 0] = await worker.ask((...hours) => {
    const grid = document.getElementById("agenda");
    const box = grid.querySelector(".agenda-day:last-child .agenda-items").getBoundingClientRect();
    return [box.left + box.width / 2, ...hours.map((hour) => box.top + (hour - grid.dataset.from) / (grid.dataset.until - grid.dataset.from) * box.height)];
  }, from, to);
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x, (y + toY) / 2);
  await mouse.move(x, toY);
  await mouse.up();
}

/**
 * The dialog shows these times.
 * @param {string} starts
 * @param {string} ends
 */
async function asked(starts, ends) {
  await worker.finds('dialog[open] [name="starts"]');
  const got = await worker.ask(() => ["starts", "ends"].map((name) => document.querySelector(`dialog [name="${name}"]`).value));
  assert.deepEqual(got, [starts, ends]);
}
