// Writing that appears as it is typed: at once, bounded, and mended by what comes after.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Transcript, Typist, longestLine } from "../static/call/typing.js";

/** A typist whose time the test passes. @param {() => boolean} reaches whether anybody is there */
function typist(reaches = () => true) {
  const sent = [], pending = [];
  const own = new Typist((message) => reaches() && sent.push(message) > 0, (over, span) => pending.push({ over, span }));
  return { own, sent, pending, pass: () => pending.shift()?.over() };
}

test("what is typed goes within 100 ms, together with what follows at once", () => {
  const { own, sent, pending, pass } = typist();
  own.type("B");
  own.type("Bo");
  assert.equal(pending.length, 1);
  assert.ok(pending[0].span <= 100);
  pass();
  own.type("Bon");
  pass();
  assert.deepEqual(sent, [{ type: "typing", text: "Bo" }, { type: "typing", text: "Bon" }]);
});

test("ten changes a second at most, whatever the fingers do", () => {
  const { own, sent, pending, pass } = typist();
  for (let i = 0; i < 1000; i++) own.type("a".repeat(i % 50));
  assert.equal(pending.length, 1);
  pass();
  assert.equal(sent.length, 1);
});

test("a finished line goes whole, and what was due before it does not come after it", () => {
  const { own, sent, pass } = typist();
  own.type("Bonjour ");
  assert.equal(own.finish(), "Bonjour");
  pass();
  assert.deepEqual(sent, [{ type: "line", text: "Bonjour" }]);
});

test("a line that reaches nobody remains, and whoever comes sees it", () => {
  let there = false;
  const { own, sent, pass } = typist(() => there);
  own.type("Je suis là");
  pass();
  assert.equal(own.finish(), null);
  there = true;
  own.repeat();
  assert.equal(own.finish(), "Je suis là");
  assert.deepEqual(sent, [{ type: "typing", text: "Je suis là" }, { type: "line", text: "Je suis là" }]);
});

test("an empty line says nothing, and takes back what was begun", () => {
  const { own, sent, pass } = typist();
  own.type("  ");
  pass();
  assert.equal(own.finish(), "");
  assert.deepEqual(sent.at(-1), { type: "typing", text: "" });
});

test("lines are bounded in length and number, whatever the other side sends", () => {
  const { own, sent, pass } = typist();
  own.type("x".repeat(10_000));
  pass();
  assert.equal(sent[0].text.length, longestLine);
  const transcript = new Transcript();
  transcript.hear("P2", { type: "typing", text: "x".repeat(4000) });
  assert.equal(transcript.open.get("P2").length, longestLine);
  for (let i = 0; i < 1000; i++) transcript.hear("P2", { type: "line", text: `${i} ${"x".repeat(4000)}` });
  assert.equal(transcript.lines.length, 200);
  assert.ok(transcript.lines.every(({ text }) => text.length <= longestLine));
  assert.match(transcript.lines.at(-1).text, /^999 /);
});

test("a finished line takes the place of what was being written, each person for themselves", () => {
  const transcript = new Transcript();
  transcript.hear("P1", { type: "typing", text: "Bonj" });
  transcript.hear("P2", { type: "typing", text: "Oui" });
  transcript.hear("P1", { type: "line", text: "Bonjour" });
  assert.deepEqual([...transcript.open], [["P2", "Oui"]]);
  assert.deepEqual(transcript.lines, [{ who: "P1", text: "Bonjour" }]);
  transcript.leave("P2");
  assert.equal(transcript.open.size, 0);
  transcript.clear();
  assert.equal(transcript.lines.length, 0);
});
