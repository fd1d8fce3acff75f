// Opens the call, where the browser can; one that cannot is told so, and the page
// offers the phone.

import { hold } from "./controls.js";
import { Page } from "./page.js";

const page = new Page();
if (!canCall()) page.refuse("Ce navigateur ne permet pas les appels vidéo.");
else if (!navigator.mediaDevices) page.refuse("Ce navigateur ne donne accès ni au micro ni à la caméra.", () => hold(page));
else await hold(page);

/** Tries what a call is made of: Tor Browser and an iPhone in lockdown mode do without. */
function canCall() {
  try {
    new MediaStream();
    new RTCPeerConnection().close();
    return "WebSocket" in window;
  } catch {
    return false;
  }
}
