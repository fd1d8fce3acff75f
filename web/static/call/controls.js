// Wires the call page: its buttons, this person's devices, what comes before the call, and
// the call.

import { Awake } from "./awake.js";
import { Board } from "./board.js";
import { Call } from "./call.js";
import { CaptionPanel } from "./captions.js";
import { ConversationPanel } from "./conversation.js";
import { begins } from "./course.js";
import { DevicePanel } from "./devices.js";
import { DocumentPanel } from "./showing.js";
import { interruption } from "./interruptions.js";
import { Media, canShareScreen } from "./media.js";
import { keep, recall } from "./memory.js";
import { offerPrivacy } from "./privacy.js";
import { TextPanel } from "./text.js";
import { offerViews } from "./views.js";

/** @typedef {import("./page.js").Page} Page */

/** How long devices may take to come back before the page is loaded anew, in milliseconds. */
const comesBackWithin = 10_000;

/**
 * @param {Page} page
 * @param {{atOnce?: boolean}} [how] whether the person has chosen to enter already
 */
export async function hold(page, { atOnce = false } = {}) {
  const before = recall();
  const course = begins(before, page.asked, page.isBeneficiary, atOnce);
  const media = new Media({ sends: (kind, track) => void call.send(kind, track), changed }, before?.chosen);
  const call = new Call(page, media);
  const devices = new DevicePanel(page, media, remember);
  const text = new TextPanel(page, call);
  const documents = new DocumentPanel(page, call);
  const board = new Board(page, media, documents, call);
  const captions = new CaptionPanel(page, () => { call.tell(); remember(); });
  const awake = new Awake();
  let entered = false;

  page.share.hidden = !canShareScreen;
  offerViews(page);
  offerPrivacy(page, media, call, [text, documents, board, captions, ...conversations(page)], remember);
  page.go.addEventListener("click", course.writes ? enterToWrite : enterToTalk);
  page.byWriting.addEventListener("click", course.writes ? enterWithMicrophone : enterToWrite);
  page.admit.addEventListener("click", () => call.admit());
  page.sendAway.addEventListener("click", () => call.refuse());
  page.leave.addEventListener("click", () => call.leave());
  page.onPress(page.microphone, () => change(() => media.toggleMicrophone()));
  page.onPress(page.camera, () => change(() => media.toggleCamera()));
  page.onPress(page.share, () => change(() => media.toggleScreen()));
  page.onPress(page.voice, () => change(toggleVoiceOnly));
  page.onPress(page.signing, () => change(toggleSigning));
  page.onPress(page.floor, () => change(toggleFloor));
  page.onPress(page.caption, () => change(() => captions.toggle()));
  page.onPress(page.turns, () => change(() => media.turnAround()));
  page.onPress(page.resume, takeBack);
  page.without.addEventListener("click", () => { media.giveUp(); changed(); });
  page.chooseDevices.addEventListener("click", () => { page.closeMenu(); devices.open(); });
  page.ended = () => {
    devices.close();
    void awake.release();
  };

  if (before) restore(before);
  sign(course.signing);
  const opening = media.open(course.devices);
  if (before || atOnce) enter();
  else preview();
  page.advise(await opening);
  changed();

  function preview() {
    page.phase = "preview";
    page.begin("Vous n’êtes pas encore dans l’appel.");
    devices.open();
  }

  function enter() {
    entered = true;
    remember();
    page.phase = "opening";
    devices.close();
    page.microphone.focus({ preventScroll: true }); // what was pressed is gone
    page.begin("Ouverture de l’appel…");
    void awake.hold();
    call.start(text, documents, board);
    if (course.reads && !page.veiled) text.open();
  }

  /** The page is as it was before it was loaded anew. @param {import("./memory.js").Memory} kept */
  function restore({ speaker, veiled, captions: captioned }) {
    devices.useSpeaker(speaker);
    if (captioned) void captions.toggle();
    if (veiled) page.veil(true);
  }

  function enterToTalk() {
    page.prime();
    enter();
  }

  /** Who asked to write has changed their mind. */
  async function enterWithMicrophone() {
    enterToTalk();
    if (!media.microphone) await change(() => media.toggleMicrophone());
  }

  /** Without microphone and camera: nobody is seen or heard who only wants to write. */
  function enterToWrite() {
    media.turnOff();
    enterToTalk();
    text.open();
  }

  /** A device was turned on or off, chosen, or is interrupted. */
  function changed() {
    page.showSelf(media.stream, media.sending, media.camera);
    page.showInterrupted(...interruption(media));
    devices.follow();
    call.tell();
  }

  function remember() {
    if (!entered) return; // what is only tried is not kept
    const { wanted, chosen, signing } = media;
    keep({ ...wanted, chosen, signing, speaker: devices.speaker, veiled: page.veiled, captions: page.captions });
  }

  async function toggleVoiceOnly() {
    media.voiceOnly = !media.voiceOnly;
    page.showVoiceOnly(media.voiceOnly);
    await call.preferVoice();
    return "";
  }

  async function toggleFloor() {
    media.floor = !media.floor;
    page.turn(page.floor, media.floor);
    call.tell();
    return "";
  }

  /** @param {boolean} signing */
  function sign(signing) {
    media.signing = signing;
    page.turn(page.signing, signing);
  }

  async function toggleSigning() {
    sign(!media.signing);
    call.tell();
    return "";
  }

  /** Takes the devices anew; a page whose devices do not come is loaded again, and comes back into the call. */
  async function takeBack() {
    const late = setTimeout(() => location.reload(), comesBackWithin);
    await change(() => media.takeBack());
    clearTimeout(late);
  }

  /** @param {() => Promise<string>} turn returns why it cannot be done */
  async function change(turn) {
    page.advise(await turn());
    remember();
  }
}

/** The conversation beside the call; guests have none. @param {Page} page */
function conversations(page) {
  const link = document.getElementById("messages");
  return link instanceof HTMLAnchorElement ? [new ConversationPanel(page, link)] : [];
}
