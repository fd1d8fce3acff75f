// "Je ne suis plus seul(e)": with one key or one press, everything of the call goes from the
// beneficiary's page at once, and nothing of them is sent any more. The other side sees a
// quiet sign and goes on in writing, which waits until the person wants it back.

import { onRepeatedEscape } from "../leave.js";

/** How often Escape is pressed; once more leaves the platform. */
const presses = 2;

/**
 * @param {import("./page.js").Page} page
 * @param {import("./media.js").Media} media
 * @param {import("./call.js").Call} call
 * @param {{clear: () => void}[]} writings
 * @param {() => void} changed a reload finds the page as it is now
 */
export function offerPrivacy(page, media, call, writings, changed) {
  if (!page.isBeneficiary) return;
  page.hide.addEventListener("click", hide);
  page.unhide.addEventListener("click", show);
  onRepeatedEscape(presses, hide);

  function hide() {
    if (page.veiled || !page.inCall) return;
    page.veil(true);
    for (const each of writings) each.clear();
    media.close();
    call.tell();
    changed();
  }

  function show() {
    page.veil(false);
    call.tell();
    changed();
  }
}
