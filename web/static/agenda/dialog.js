// The server's own form in a dialog. The server validates it; its messages are
// shown in the dialog.

import { pageOf } from "../parse.js";

/** The form at an address of the server, null if there is none. @param {string} address @returns {Promise<Element | null>} */
export async function ask(address) {
  try {
    return (await page(fetch(address, { headers: { Accept: "text/html" } }))).getElementById("plage");
  } catch {
    return null;
  }
}

/** @param {Promise<Response> | Response} answer */
async function page(answer) {
  return pageOf(await answer);
}

export class Dialog {
  #dialog = document.createElement("dialog");
  #content = document.createElement("div");
  #after = () => {};

  /** @param {HTMLElement} grid */
  constructor(grid) {
    this.#dialog.className = "agenda-dialog";
    this.#dialog.setAttribute("aria-label", "Plage d’ouverture");
    this.#dialog.append(closing(), this.#content);
    grid.after(this.#dialog);
    this.#dialog.addEventListener("close", () => this.#after());
    this.#dialog.addEventListener("submit", (event) => {
      if (!(event.target instanceof HTMLFormElement) || event.target.method === "dialog") return;
      event.preventDefault();
      void this.#send(event.target, event.submitter);
    });
  }

  /** @param {Element} form @param {() => void} then called once it is closed */
  show(form, then) {
    this.#after = then;
    this.#fill(form);
    if (!this.#dialog.open) this.#dialog.showModal();
    const first = this.#content.querySelector("input:not([type=hidden]), select");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
  async #send(form, submitter) {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value));
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", headers: { Accept: "text/html" } });
      if (answer.type === "opaqueredirect") {
        location.reload();
        return;
      }
      const again = await page(answer);
      const corrected = again.getElementById("plage") ?? again.querySelector("main");
      if (corrected) this.#fill(corrected);
    } catch {
      this.#fill(sorry());
    }
  }

  /** @param {Element} with_ */
  #fill(with_) {
    this.#content.replaceChildren(...with_.children);
    this.#dialog.scrollTop = 0;
    const problem = this.#content.querySelector("[role=alert]");
    if (problem instanceof HTMLElement) problem.focus();
  }
}

/** The button that closes the dialog. */
function closing() {
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "agenda-close";
  const button = document.createElement("button");
  button.className = "button second";
  button.textContent = "Fermer";
  form.append(button);
  return form;
}

/** Message when the server does not answer. */
function sorry() {
  const place = document.createElement("div");
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.tabIndex = -1;
  words.className = "alert";
  words.textContent = "Le serveur ne répond pas. Rien n’est changé : fermez, puis essayez de nouveau.";
  place.append(words);
  return place;
}
