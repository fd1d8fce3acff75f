// While a switchboard agent types, shows accounts that may be the same person's. The
// server compares and renders; without this script the next page shows the same.

import { pageOf } from "./parse.js";

const form = document.querySelector("form[data-doubles]");
const shown = document.getElementById("doubles");
if (form instanceof HTMLFormElement && shown) {
  form.addEventListener("change", () => { void compare(form, shown); });
}

let turn = 0;

/**
 * Requests them once a complete number or address was typed, and shows only the
 * latest answer.
 * @param {HTMLFormElement} typed
 * @param {HTMLElement} place
 */
async function compare(typed, place) {
  const fields = new FormData(typed);
  const digits = String(fields.get("mobile")).replace(/\D/g, "");
  const address = String(fields.get("email"));
  const mine = ++turn;
  if (digits.length < 9 && !/@.+\../.test(address)) {
    place.replaceChildren();
    return;
  }
  const body = new URLSearchParams();
  for (const name of ["first_name", "last_name", "email", "mobile"]) body.set(name, String(fields.get(name) ?? ""));
  try {
    const answer = await fetch("/standard/doublons", { method: "POST", body, headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected || mine !== turn) return;
    const page = await pageOf(answer);
    place.replaceChildren(...(page.getElementById("doubles")?.children ?? []));
  } catch {
    // the next page shows them
  }
}
