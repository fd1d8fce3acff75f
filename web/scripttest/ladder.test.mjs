// The ladder on lines of every width: what fits is found, kept, and left for climbs alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { after, beginning, ends, signing, talking, windowLength } from "../static/call/ladder.js";
import { otherStep, ownStep } from "../static/call/steps.js";

const kilo = 1000;

/** What one side sends at a step, in bits a second. */
function sent(course, state) {
  const picture = course.pictures[state.step]?.bitrate ?? 0;
  if (state.mute) return picture;
  return picture + (state.lean ? 41 * kilo : 75 * kilo);
}

/** What can be sent, as quality.js measures it: enough while the picture gets all it asks for. */
function estimate(course, state, capacity) {
  const passes = 0.97 * capacity, picture = course.pictures[state.step];
  return picture && passes - picture.voice >= picture.bitrate ? Infinity : passes;
}

/**
 * Holds a call over a line and returns the state after every window.
 * @param {{course?: any, capacity: (at: number) => number, estimates?: boolean, latency?: number, picture?: boolean, loss?: number, seconds: number}} line
 */
function hold({ course = talking, capacity, estimates = true, latency = 60, picture = true, loss = 0, seconds }) {
  const states = [beginning(0)];
  for (let at = windowLength; at <= seconds * kilo; at += windowLength) {
    const state = states.at(-1);
    const load = picture ? sent(course, state) : 41 * kilo;
    const over = Math.max(0, 1 - capacity(at) / load);
    states.push(after(course, state, {
      at, loss: Math.max(over, loss), roundTrip: over > 0 ? latency + 900 : latency, available: estimates ? estimate(course, state, capacity(at)) : null, picture,
    }));
  }
  return states;
}

/** The step is reached within 20 seconds, and left for climbs of 4 seconds at most. */
function assertHolds(states, step) {
  const first = states.findLastIndex((state, i) => i <= 20 * kilo / windowLength && state.step === step);
  assert.ok(first >= 0, `step ${step} is not reached: ${states.slice(0, 11).map((state) => state.step)}`);
  let away = 0;
  for (const state of states.slice(first)) {
    away = state.step === step ? 0 : away + windowLength;
    assert.ok(away <= 4 * kilo && state.step >= step - 1 && state.step <= step, `${away} ms at step ${state.step} instead of ${step}`);
  }
}

const { ownOff, telephone, bothOff } = ends(talking);

for (const estimates of [true, false]) {
  for (const { width, step } of [{ width: 64, step: ownOff }, { width: 200, step: 3 }, { width: 450, step: 2 }, { width: 1200, step: 1 }, { width: 5000, step: 0 }]) {
    test(`${width} kbit/s ${estimates ? "with" : "without"} an estimate leads to step ${step} within 20 s`, () => {
      const states = hold({ capacity: () => width * kilo, estimates, seconds: 600 });
      assertHolds(states, step);
    });
  }
}

test("the wait doubles after each climb that fails", () => {
  const states = hold({ capacity: () => 450 * kilo, seconds: 900 });
  const climbs = states.flatMap((state, i) => (state.climbing !== null && states[i - 1]?.climbing === null ? [i * windowLength] : []));
  const waits = climbs.slice(1).map((at, i) => at - climbs[i]);
  for (let i = 1; i < waits.length; i++) assert.ok(waits[i] > 1.7 * waits[i - 1] || waits[i] >= 240 * kilo, `waits: ${waits}`);
  assert.ok(waits.length >= 3);
});

test("a line that recovers gets its picture back, and a good climb forgets the bad ones", () => {
  const states = hold({ capacity: (at) => (at < 60 * kilo ? 100 : 5000) * kilo, seconds: 400 });
  assert.equal(states[50 * kilo / windowLength].step, ownOff);
  assert.equal(states.at(-1).step, 0);
  assert.equal(states.at(-1).wait, 15 * kilo);
});

test("one bad window changes nothing", () => {
  let state = beginning(0);
  const seen = (at, loss) => ({ at, loss, roundTrip: 60, available: null, picture: true });
  for (let at = 2000; at < 14_000; at += 4000) {
    state = after(talking, state, seen(at, 0.3));
    state = after(talking, state, seen(at + 2000, 0));
  }
  assert.equal(state.step, 1);
});

test("the first window after a step down is of the queue that the step before has left", () => {
  const seen = (at, roundTrip) => ({ at, loss: 0, roundTrip, available: null, picture: true });
  let state = after(talking, beginning(0), seen(2000, 60));
  for (const at of [4000, 6000]) state = after(talking, state, seen(at, 900));
  assert.equal(state.step, 2);
  for (const at of [8000, 10_000]) state = after(talking, state, seen(at, 900));
  assert.equal(state.step, 2, "the queue drains");
  assert.equal(after(talking, state, seen(12_000, 900)).step, 3);
});

test("an estimate alone takes no picture at once: where a line narrows it falls below what passes", () => {
  let state = beginning(0);
  for (const at of [2000, 4000, 6000]) state = after(talking, state, { at, loss: 0.2, roundTrip: 60, available: 30 * kilo, picture: true });
  assert.equal(state.step, ownOff - 1);
  for (let at = 8000; at <= 14_000; at += windowLength) state = after(talking, state, { at, loss: 0, roundTrip: 60, available: 50 * kilo, picture: true });
  assert.equal(state.step, ownOff - 1, "the estimate gets ten seconds");
  for (const at of [16_000, 18_000]) state = after(talking, state, { at, loss: 0, roundTrip: 60, available: 50 * kilo, picture: true });
  assert.equal(state.step, ownOff, "then it counts");
});

test("a long way is not a queue: only a round trip that doubles counts", () => {
  assert.equal(hold({ capacity: () => 5000 * kilo, latency: 700, seconds: 120 }).at(-1).step, 0);
  let state = beginning(0);
  for (const [at, roundTrip] of [[2000, 150], [4000, 350], [6000, 350], [8000, 450], [10_000, 450]]) {
    const before = state.step;
    state = after(talking, state, { at, loss: 0, roundTrip, available: null, picture: true });
    assert.equal(state.step - before, at === 10_000 ? 1 : 0);
  }
});

test("a line that only loses ends at the telephone, step by step", () => {
  const states = hold({ capacity: () => 5000 * kilo, estimates: false, loss: 0.2, seconds: 60 });
  assert.deepEqual([...new Set(states.map((state) => state.step))], [1, 2, 3, ownOff, bothOff, telephone]);
});

test("without a picture of one's own, the other one's goes first", () => {
  assert.equal(hold({ capacity: () => 20 * kilo, picture: false, seconds: 6 }).at(-1).step, bothOff);
});

test("on a full line the voice is lean before the estimate says so, and losses alone leave it its copies", () => {
  const alone = { ...beginning(0), step: bothOff, fastest: 100 };
  const lean = (seen) => after(talking, alone, { at: 2000, loss: 0, roundTrip: 110, available: 300 * kilo, picture: true, ...seen }).lean;
  assert.equal(lean({ roundTrip: 900 }), true);
  assert.equal(lean({ loss: 0.2 }), false);
  assert.equal(lean({}), false);
});

test("the voice is lean below 100 kbit/s alone", () => {
  assert.equal(hold({ capacity: () => 64 * kilo, seconds: 30 }).at(-1).lean, true);
  assert.equal(hold({ capacity: () => 150 * kilo, seconds: 14 }).at(-1).lean, false);
});

test("signing holds 320 × 240 at 20 a second while 150 kbit/s pass", () => {
  const last = signing.pictures.length - 1;
  for (const estimates of [true, false]) assertHolds(hold({ course: signing, capacity: () => 150 * kilo, estimates, seconds: 600 }), last);
  assert.ok(signing.pictures[last].height >= 240 && signing.pictures[last].rate >= 20);
  for (const [i, picture] of signing.pictures.entries()) {
    assert.ok(picture.rate >= 20 && picture.height >= 240, "a picture that cannot be read");
    if (i > 0) assert.ok(picture.height < signing.pictures[i - 1].height, "size falls first");
  }
});

for (const { width, step } of [{ width: 110, step: ownOff }, { width: 400, step: 2 }, { width: 800, step: 1 }, { width: 5000, step: 0 }]) {
  test(`signing at ${width} kbit/s leads to step ${step}`, () => assertHolds(hold({ course: signing, capacity: () => width * kilo, seconds: 600 }), step));
}

test("signs outrank the voice: it gets lean, goes, and comes back before the picture gives way", () => {
  const at = (width) => hold({ course: signing, capacity: () => width * kilo, seconds: 14 }).at(-1);
  assert.deepEqual([at(5000).lean, at(5000).mute], [false, false]);
  assert.deepEqual([at(400).lean, at(400).mute], [true, false]);
  assert.deepEqual([at(150).lean, at(150).mute], [false, true]);
  assert.equal(at(64).mute, false, "where no picture passes, the voice does");
});

test("steps in words: signs keep the picture, and a step that is left says what comes back", () => {
  assert.match(ownStep(3, 2, "Zoé", true), /son est coupé/);
  assert.match(ownStep(2, 3, "Zoé", true), /son revient/);
  assert.match(otherStep(3, "Zoé", true), /son est coupé/);
  assert.doesNotMatch(ownStep(3, 2, "Zoé"), /son est coupé/);
  assert.match(ownStep(ownOff, 3, "Zoé", true), /La voix reste/);
});

test("steps and climbs stay within the ladder on any line", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let call = 0; call < 200; call++) {
    let state = beginning(0);
    for (let at = 2000; at < 600 * kilo; at += 2000) {
      const before = state;
      state = after(talking, state, { at, loss: random() < 0.6 ? 0 : random() * 0.3, roundTrip: random() * 1200, available: random() < 0.3 ? null : random() * 2_000 * kilo, picture: random() < 0.8 });
      assert.ok(state.step >= 0 && state.step <= telephone);
      if (state.step < before.step) assert.equal(before.step - state.step, 1);
      if (state.climbing !== null) assert.ok(at - state.climbing < 4000);
    }
  }
});
