// The call in another size: on the whole screen, or its picture over other windows. A button
// whose browser cannot do it stays hidden.

/** @typedef {import("./page.js").Page} Page */

/** @param {Page} page */
export function offerViews(page) {
  const { fullscreen, apart, call, remote } = page;
  fullscreen.hidden = !document.fullscreenEnabled;
  for (const each of [fullscreen, apart]) each.addEventListener("click", () => page.closeMenu());
  fullscreen.addEventListener("click", () => void (document.fullscreenElement ? document.exitFullscreen() : call.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => page.turn(fullscreen, document.fullscreenElement !== null));
  apart.hidden = !document.pictureInPictureEnabled;
  apart.addEventListener("click", () => void setApart(page));
  remote.addEventListener("enterpictureinpicture", () => page.turn(apart, true));
  remote.addEventListener("leavepictureinpicture", () => page.turn(apart, false));
}

/** Takes the picture out of the page, or back. @param {Page} page */
async function setApart(page) {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await page.remote.requestPictureInPicture();
  } catch {
    page.advise("L’image ne peut pas être détachée tant qu’elle n’est pas arrivée.");
  }
}
