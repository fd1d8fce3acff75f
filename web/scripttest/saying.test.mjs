// What is read out during a call, and when.

import assert from "node:assert/strict";
import { test } from "node:test";
import { endsSoon, timeSaid, waitingSaid, waitsInVain } from "../static/call/clock.js";
import { Announcer } from "../static/call/saying.js";

/** An announcer whose time the test passes. */
function announcer() {
  const shown = [], pending = [];
  const own = new Announcer((words) => shown.push(words), (over) => pending.push(over));
  return { own, shown, pass: () => pending.shift()?.() };
}

test("one thing is said at a time, each for long enough", () => {
  const { own, shown, pass } = announcer();
  own.say("Nadia entre.", "people");
  own.say("La connexion faiblit.", "line");
  assert.deepEqual(shown, ["Nadia entre."]);
  pass();
  assert.deepEqual(shown, ["Nadia entre.", "La connexion faiblit."]);
  pass();
  own.say("Il reste 5 minutes.", "time");
  assert.equal(shown.at(-1), "Il reste 5 minutes.", "after a pause it is said at once");
});

test("what has been overtaken is not said", () => {
  const { own, shown, pass } = announcer();
  own.say("Nadia entre.", "people");
  own.say("La connexion est coupée.", "line");
  own.say("Nadia a quitté l’appel.", "people");
  own.say("La connexion va mieux.", "line");
  for (let i = 0; i < 5; i++) pass();
  assert.deepEqual(shown, ["Nadia entre.", "Nadia a quitté l’appel.", "La connexion va mieux."]);
});

test("nothing is said after the end", () => {
  const { own, shown, pass } = announcer();
  own.say("Nadia entre.", "people");
  own.say("La connexion faiblit.", "line");
  own.hush();
  pass();
  assert.deepEqual(shown, ["Nadia entre.", ""]);
});

const minute = 60_000;
const hours = { startsAt: 0, endsAt: 60 * minute, closesAt: 75 * minute };

/** Everything said in an hour that is looked at every so often. */
function saidEvery(span) {
  const said = [];
  for (let before = 0, now = span; now <= 80 * minute; before = now, now += span) {
    const words = timeSaid(before, now, hours);
    if (words !== "") said.push(words);
  }
  return said;
}

test("the time left is said at 10, 5 and 1 minutes, once each", () => {
  const all = ["Il reste 10 minutes.", "Il reste 5 minutes.", "Il reste une minute."];
  assert.deepEqual(saidEvery(2000), all);
  assert.deepEqual(saidEvery(1700), all);
});

test("a device that slept says the last mark alone, and nothing once the hour is over", () => {
  assert.equal(timeSaid(40 * minute, 57 * minute, hours), "Il reste 5 minutes.");
  assert.equal(timeSaid(40 * minute, 61 * minute, hours), "");
  assert.equal(timeSaid(55 * minute, 55 * minute + 1, hours), "", "a page opened at that moment says it in its line alone");
});

test("the end is near from 10 minutes before it", () => {
  assert.equal(endsSoon(50 * minute - 1, hours), false);
  assert.equal(endsSoon(50 * minute, hours), true);
});

test("whoever waits reads since when the worker knows, and how late it is", () => {
  const startsAt = new Date(2026, 10, 30, 14, 0).getTime(), hours = { startsAt, missedAt: startsAt + 600_000, endsAt: startsAt + 3_600_000, closesAt: startsAt + 4_500_000 };
  const said = (at, toldAt) => waitingSaid(startsAt + at * 60_000, hours, toldAt, "Nadia Le Goff").replaceAll("\u00a0", " ");
  assert.equal(said(-4, null), "Un message avertit Nadia Le Goff si l’attente dure.");
  assert.equal(said(-3, startsAt - 180_000), "Nadia Le Goff sait depuis 13 h 57 que vous attendez.");
  assert.equal(said(4, startsAt), "Nadia Le Goff sait depuis 14 h 00 que vous attendez. L’heure a commencé il y a 4 min.");
  for (const [at, late] of [[-5, false], [9, false], [10, true], [59, true], [60, false]]) assert.equal(waitsInVain(startsAt + at * 60_000, hours), late, `after ${at} minutes`);
});
