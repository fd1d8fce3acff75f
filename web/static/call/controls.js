// Wires the call page: its buttons, this person's devices, and the call.

import { Call } from "./call.js";
import { Media, canShareScreen } from "./media.js";

/** @typedef {import("./page.js").Page} Page */

/** Key of the session storage with the state of the devices for a reload. */
const kept = `call:${location.pathname}`;

/** @param {Page} page */
export async function hold(page) {
  const media = new Media({
    sends: (kind, track) => void call.send(kind, track),
    changed: () => {
      page.showSelf(media.stream, media.sending, media.camera);
      call.tell();
    },
  });
  const call = new Call(page, media);

  page.share.hidden = !canShareScreen;
  page.admit.addEventListener("click", () => call.admit());
  page.sendAway.addEventListener("click", () => call.refuse());
  page.leave.addEventListener("click", () => call.leave());
  page.microphone.addEventListener("click", () => change(page.microphone, () => media.toggleMicrophone(), () => (media.microphone ? "Micro allumé." : "Micro coupé.")));
  page.camera.addEventListener("click", () => change(page.camera, () => media.toggleCamera(), () => (media.camera ? "Caméra allumée." : "Caméra coupée.")));
  page.share.addEventListener("click", () => change(page.share, () => media.toggleScreen(), () => (media.sending.screen ? "Votre écran est partagé." : "Votre écran n’est plus partagé.")));
  page.voice.addEventListener("click", () => change(page.voice, toggleVoiceOnly, () => (media.voiceOnly ? "Voix seule : aucune image n’est envoyée ni reçue." : "Les images sont de nouveau envoyées et reçues.")));

  call.start();
  page.advise(await media.open(wanted()));
  page.showSelf(media.stream, media.sending, media.camera);

  async function toggleVoiceOnly() {
    media.voiceOnly = !media.voiceOnly;
    page.showVoiceOnly(media.voiceOnly);
    await call.preferVoice();
    return "";
  }

  /**
   * Turns a device on or off, one change at a time, and announces it.
   * @param {HTMLButtonElement} button
   * @param {() => Promise<string>} turn returns why it cannot be done
   * @param {() => string} outcome
   */
  async function change(button, turn, outcome) {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    const reason = await turn();
    button.ariaBusy = "false";
    page.advise(reason);
    if (reason === "") page.say(outcome());
    sessionStorage.setItem(kept, JSON.stringify({ microphone: media.microphone, camera: media.camera }));
  }
}

/** The devices that were on before a reload; at first, all. */
function wanted() {
  const before = sessionStorage.getItem(kept);
  /** @type {{microphone: boolean, camera: boolean}} */
  const wanted = before === null ? { microphone: true, camera: true } : JSON.parse(before);
  return wanted;
}
