// The pages in WebKit, and important forms: signing in, and booking.

import { after, before, test } from "node:test";
import { lookAround } from "./pages.mjs";
import { Person, phone } from "./person.mjs";
import { account, env } from "./platform.mjs";
import { WebKit } from "./webkit.mjs";

/** @type {WebKit} */
let webkit;

before(async () => { webkit = await WebKit.start(); });
after(() => webkit?.close());

test("the main pages of every role", () => lookAround((name) => Person.sit(webkit.window, `${name} in WebKit`)));

test("an hour is booked and cancelled", async () => {
  const paul = await Person.sit(webkit.window, "somebody in WebKit", phone);
  await paul.signIn(account("paul.hoarau"), "Avec qui voulez-vous parler");
  const sheet = await paul.until("finds the worker", () => {
    const found = [...document.querySelectorAll(".sheet")].find((each) => each.textContent?.includes("Nadia Le Goff"));
    return found?.querySelector('a[href^="/assistants/"]')?.getAttribute("href")?.split("?")[0];
  });
  await paul.open(`${sheet}?mode=phone&week=${env("SOCIALDIRECT_WEEK")}`);
  await paul.click('[name="starts_at"]');
  await paul.press("Continuer", "Tout est juste");
  await paul.put("reason", "caregiving");
  await paul.press("Réserver ce rendez-vous", "C’est réservé");
  await paul.press("Annuler ce rendez-vous", "Annuler ce rendez-vous ?");
  await paul.press("Annuler le rendez-vous", "Le rendez-vous est annulé");
  paul.sound();
});
