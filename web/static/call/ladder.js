// The ladder (R26): what of a call is kept on a weak line. The picture gets smaller step by
// step, then goes, the other side's picture goes, and at last the telephone remains; the
// voice stays throughout. It goes down fast and up with patience.
//
// It is a pure function of statistics: no clock, no browser. Each window of statistics
// leads from one state to the next.

/**
 * A size of the picture that is sent.
 * @typedef {object} Picture
 * @property {number} height pixels of the shorter side
 * @property {number} rate pictures a second
 * @property {number} bitrate bits a second, at most
 * @property {number} [least] bits a second on the line with which it is kept, where that is less than it asks for
 * @property {number} voice what goes to the voice beside it, in bits a second on the line; 0 for no voice
 *
 * What to hold on to, in order.
 * @typedef {object} Course
 * @property {readonly Picture[]} pictures
 */

/** Opus of 24 kbit/s with a redundant copy, as it weighs on the line with its headers. */
const voice = 75_000;

/** Opus with as little as possible. */
const leanVoice = 41_000;

/** Browsers send a picture with that much at least, and estimate hardly more than the little they then send. */
const leanPicture = 30_000;

/** Faces: the voice comes first. @type {Course} */
export const talking = Object.freeze({
  pictures: Object.freeze([
    { height: 720, rate: 30, bitrate: 1_200_000, voice },
    { height: 360, rate: 20, bitrate: 450_000, voice },
    { height: 180, rate: 20, bitrate: 160_000, voice },
    { height: 90, rate: 15, bitrate: 90_000, voice, least: leanPicture + leanVoice },
  ]),
});

/**
 * Sign language: the picture comes first, at least 320 × 240 at 20 pictures a second while
 * 150 kbit/s pass, and its size falls before its rate (EN 301 549, 6.5.2 and 6.5.3). Where a
 * small picture and a voice do not both fit, the voice goes.
 * @type {Course}
 */
export const signing = Object.freeze({
  pictures: Object.freeze([
    { height: 720, rate: 30, bitrate: 1_200_000, voice },
    { height: 480, rate: 30, bitrate: 600_000, voice },
    { height: 360, rate: 25, bitrate: 300_000, voice: leanVoice },
    { height: 240, rate: 20, bitrate: 130_000, voice: 0 },
  ]),
});

/**
 * What the connection did in one window of `windowLength` milliseconds.
 * @typedef {object} Statistics
 * @property {number} at when the window ended, in milliseconds
 * @property {number} loss share of packets lost, in the worse direction
 * @property {number} roundTrip milliseconds
 * @property {number | null} available bits a second that can be sent, where the browser says it; Infinity for enough
 * @property {boolean} picture whether this side has a picture to send
 *
 * @typedef {object} State
 * @property {number} step index in the course's pictures, or one of the three steps after them
 * @property {number} bad how many windows in a row were bad
 * @property {number} clean since when no window was bad, in milliseconds
 * @property {number} wait how long a clean line must last before a climb
 * @property {number | null} climbing since when the step is only tried
 * @property {number} changed when the step last changed: the browser's estimate follows late
 * @property {number} fastest the shortest round trip so far
 * @property {boolean} lean whether the voice is sent with as little as possible
 * @property {boolean} mute whether no voice is sent
 */

/** The time that one window covers, in milliseconds. */
export const windowLength = 2000;

const lossy = 0.05;
const slow = 400; // milliseconds
const badWindows = 2;
const climbAfter = 15_000;
const climbAfterAtMost = 240_000;
const climbLasts = 4000;
const estimateFollows = 10_000;
const queueDrains = windowLength; // what the step before has left in it
const leanBelow = 100_000; // bits a second

/** The steps after the pictures. @param {Course} course */
export function ends(course) {
  const own = course.pictures.length;
  return { ownOff: own, bothOff: own + 1, telephone: own + 2 };
}

/**
 * The state at the beginning of a call: a picture that most lines carry.
 * @param {number} at milliseconds
 * @returns {State}
 */
export function beginning(at) {
  return { step: 1, bad: 0, clean: at, wait: climbAfter, climbing: null, changed: at, fastest: Infinity, lean: false, mute: false };
}

/**
 * What counts of a measurement: loss on the way here tells of a line that no own picture burdens.
 * @param {Course} course
 * @param {State} before
 * @param {import("./quality.js").Measurement} seen
 * @param {number} at milliseconds
 * @param {boolean} picture whether this side has a picture to send
 * @returns {Statistics}
 */
export function statistics(course, before, { lossSent, lossReceived, roundTrip, available }, at, picture) {
  const loss = before.step < ends(course).ownOff ? lossSent : Math.max(lossSent, lossReceived);
  return { at, loss, roundTrip, available, picture };
}

/**
 * The state after one more window.
 * @param {Course} course
 * @param {State} before
 * @param {Statistics} seen
 * @returns {State}
 */
export function after(course, before, seen) {
  const state = follow(course, before, seen);
  return { ...state, ...voiceAt(course, state, seen) };
}

/**
 * What becomes of the voice at a step.
 * @param {Course} course
 * @param {State} state
 * @param {Statistics} seen
 */
function voiceAt(course, state, seen) {
  const picture = course.pictures[state.step];
  const scarce = queued(state, seen) || !(seen.available !== null && seen.available >= leanBelow); // on a full line the estimate is late
  return { lean: picture ? picture.voice === leanVoice : scarce, mute: picture?.voice === 0 };
}

/**
 * @param {Course} course
 * @param {State} before
 * @param {Statistics} seen
 * @returns {State}
 */
function follow(course, before, seen) {
  const state = { ...before, fastest: Math.min(before.fastest, seen.roundTrip || Infinity) };
  const trouble = troubled(course, state, seen);
  if (state.climbing !== null) return tried(course, state, seen, trouble);
  if (!trouble) return climbs(state, seen);
  if (!passed(state.changed, windowLength + queueDrains, seen)) return { ...state, clean: seen.at };
  if (state.bad + 1 < badWindows) return { ...state, bad: state.bad + 1, clean: seen.at };
  return { ...state, step: lower(course, state, seen), bad: 0, clean: seen.at, changed: seen.at };
}

/**
 * Whether a window is bad: packets are lost, or wait in a queue, or less passes than the step
 * needs.
 * @param {Course} course
 * @param {State} state
 * @param {Statistics} seen
 */
function troubled(course, state, seen) {
  return seen.loss > lossy || queued(state, seen) || short(course, state, seen);
}

/**
 * Whether packets wait in a queue: more is sent than passes.
 * @param {State} state
 * @param {Statistics} seen
 */
function queued(state, seen) {
  return seen.roundTrip > slow && seen.roundTrip > 2 * state.fastest;
}

/**
 * Whether less passes than the step needs. After a change the estimate gets some time: a rise it
 * follows late, and where a line suddenly narrows it falls below what passes.
 * @param {Course} course
 * @param {State} state
 * @param {Statistics} seen
 */
function short(course, state, seen) {
  const first = state.climbing !== null && state.step === course.pictures.length - 1; // with the voice alone, no estimate could grow
  if (first) return false;
  const due = state.climbing === null ? passed(state.changed, estimateFollows, seen) : passed(state.climbing, climbLasts, seen);
  return seen.picture && due && seen.available !== null && seen.available < needs(course, state.step);
}

/**
 * Whether some time is over. A window that ends some milliseconds early counts as a whole one.
 * @param {number} since
 * @param {number} time
 * @param {Statistics} seen
 */
function passed(since, time, seen) {
  return seen.at - since > time - windowLength / 2;
}

/**
 * Bits a second that a step needs.
 * @param {Course} course
 * @param {number} step
 */
function needs(course, step) {
  const picture = course.pictures[step];
  return picture ? picture.least ?? picture.bitrate + picture.voice : 0;
}

/**
 * The next step down: where the browser knows what passes, the first picture that fits, or the
 * smallest. Somebody who sends no picture gains nothing by a smaller one.
 * @param {Course} course
 * @param {State} state
 * @param {Statistics} seen
 */
function lower(course, state, seen) {
  const { ownOff, telephone } = ends(course);
  let step = Math.min(state.step + 1, telephone);
  if (!seen.picture) return Math.min(Math.max(step, ownOff + 1), telephone);
  while (step < ownOff - 1 && seen.available !== null && seen.available < needs(course, step)) step++;
  return step;
}

/**
 * One step up once the line was clean for long enough.
 * @param {State} state
 * @param {Statistics} seen
 * @returns {State}
 */
function climbs(state, seen) {
  if (state.step === 0 || !passed(state.clean, state.wait, seen)) return { ...state, bad: 0 };
  return { ...state, step: state.step - 1, bad: 0, climbing: seen.at, changed: seen.at };
}

/**
 * A climb ends after 4 seconds at most, or at the first bad window: then the wait until the next
 * one doubles.
 * @param {Course} course
 * @param {State} state
 * @param {Statistics} seen
 * @param {boolean} trouble
 * @returns {State}
 */
function tried(course, state, seen, trouble) {
  if (trouble) {
    const wait = Math.min(2 * state.wait, climbAfterAtMost);
    return { ...state, step: Math.min(state.step + 1, ends(course).telephone), climbing: null, clean: seen.at, changed: seen.at, wait };
  }
  if (!passed(state.climbing ?? 0, climbLasts, seen)) return state;
  return { ...state, climbing: null, clean: seen.at, wait: climbAfter };
}
