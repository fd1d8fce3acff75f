// The conversation of the two people beside their call, on screens that have room for it: what
// was written and sent before, and a form for more. On others, and where it cannot be had, the
// link opens it in a tab of its own.

import { keepUpToDate, refreshSoon } from "../messages.js";
import { pageOf } from "../parse.js";
import { element } from "./page.js";

/** Where the conversation has room beside the picture. */
const wide = matchMedia("(min-width: 64rem)");

export class ConversationPanel {
  #page;
  #link;
  #panel = element("conversation", HTMLElement);
  #content = element("conversation-content", HTMLElement);

  /**
   * @param {import("./page.js").Page} page
   * @param {HTMLAnchorElement} link that opens it in a tab
   */
  constructor(page, link) {
    this.#page = page;
    this.#link = link;
    link.addEventListener("click", (event) => {
      if (!wide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void (this.#panel.hidden ? this.#open() : this.#close());
    });
    element("conversation-close", HTMLButtonElement).addEventListener("click", () => this.#close());
  }

  /** Nothing of it can be read any more. */
  clear() {
    this.#panel.hidden = true;
    this.#content.replaceChildren();
  }

  #close() {
    this.#panel.hidden = true;
    this.#link.focus();
  }

  async #open() {
    if (this.#content.childElementCount === 0 && !await this.#fill()) {
      window.open(this.#link.href, "_blank", "noopener");
      return;
    }
    this.#panel.hidden = false;
    this.#content.lastElementChild?.scrollIntoView({ block: "nearest" });
    this.#content.querySelector("textarea")?.focus({ preventScroll: true });
  }

  /** Takes the conversation from its own page; returns whether it is there. */
  async #fill() {
    const answer = await fetch(this.#link.href).catch(() => null);
    if (!answer?.ok || answer.redirected) return false;
    const page = await pageOf(answer);
    const thread = page.querySelector("[data-live]");
    const form = page.querySelector("form.composer");
    if (!(thread instanceof HTMLElement) || !(form instanceof HTMLFormElement)) return false;
    const announce = page.querySelector("[data-announce]");
    thread.dataset["address"] = new URL(this.#link.href).pathname;
    this.#content.replaceChildren(...[thread, announce].filter((each) => each !== null), this.#wired(form));
    keepUpToDate(thread);
    return true;
  }

  /** @param {HTMLFormElement} form */
  #wired(form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send(form);
    });
    return form;
  }

  /** Sends a message; one that is refused is shown again with what to mend. @param {HTMLFormElement} form */
  async #send(form) {
    const button = form.querySelector("button");
    button?.toggleAttribute("disabled", true);
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
    button?.toggleAttribute("disabled", false);
    const page = answer ? await pageOf(answer) : null;
    const again = page?.querySelector("form.composer");
    if (!answer || !(again instanceof HTMLFormElement)) {
      this.#page.advise("Le message n’est pas parti. Réessayez dans un moment, ou ouvrez vos messages dans un autre onglet.");
      return;
    }
    this.#page.advise("");
    form.replaceWith(this.#wired(again));
    again.querySelector("textarea")?.focus({ preventScroll: true });
    const thread = this.#content.querySelector("[data-live]");
    if (thread instanceof HTMLElement) refreshSoon(thread);
  }
}
