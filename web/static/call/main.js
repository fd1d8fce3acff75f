// Opens the call if the browser supports it; otherwise the page says so, and
// offers the phone.

import { hold } from "./controls.js";
import { Page } from "./page.js";

const page = new Page();
if (!canCall()) page.refuse("Ce navigateur ne permet pas les appels vidéo.");
else if (!navigator.mediaDevices) page.refuse("Ce navigateur ne donne accès ni au micro ni à la caméra.", () => hold(page, { atOnce: true }));
else await hold(page);

/** Checks the required features: Tor Browser and an iPhone in lockdown mode lack them. */
function canCall() {
  try {
    new MediaStream();
    new RTCPeerConnection().close();
    return "WebSocket" in window;
  } catch {
    return false;
  }
}
