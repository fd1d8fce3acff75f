// A photograph of a document that either side shows: on a phone, which cannot share its
// screen, as on a desktop. Both see it in the large picture's place until one of them closes it.

import { kinds, largest } from "./document.js";
import { element } from "./page.js";

/** Who showed the document: this person. */
const self = "self";

export class DocumentPanel {
  /** Called when a document is shown or closed. */
  changed = () => {};
  #page;
  #call;
  #picture = element("document", HTMLImageElement);
  #file = element("document-file", HTMLInputElement);
  #large = element("document-large", HTMLButtonElement);
  /** Who shows a document now; empty for nobody. */
  #from = "";
  /** This person's own. @type {Blob | null} */
  #own = null;

  /**
   * @param {import("./page.js").Page} page
   * @param {{show: (document: Blob | null, to?: string) => void, nameOf: (id: string) => string}} call
   */
  constructor(page, call) {
    this.#page = page;
    this.#call = call;
    page.onPress(page.showDocument, () => (this.shown ? this.#close() : this.#file.click()));
    element("document-close", HTMLButtonElement).addEventListener("click", () => this.#close());
    this.#large.addEventListener("click", () => this.#enlarge(this.#large.ariaPressed !== "true"));
    this.#file.addEventListener("change", () => this.#open());
  }

  get shown() {
    return this.#from !== "";
  }

  /**
   * @param {string} from
   * @param {import("./call.js").News} message
   */
  hear(from, message) {
    if (message.type !== "document") return;
    const name = this.#call.nameOf(from);
    if (message.now === "comes") this.#page.say(`${name} montre un document. Il arrive…`, "picture");
    if (message.now === "came") void this.#show(from, message.picture);
    if (message.now === "seen") this.#seen(name);
    if (message.now === "closed" && this.shown) this.#hide(`${name} a fermé le document.`);
  }

  /** Whoever comes later sees it too. @param {string} who */
  met(who) {
    if (this.#own) this.#call.show(this.#own, who);
  }

  /** @param {string} who */
  left(who) {
    if (this.#from === who) this.#hide("");
  }

  /** Nothing of it can be seen any more. */
  clear() {
    if (this.#own) this.#call.show(null);
    this.#hide("");
  }

  async #open() {
    const [file] = this.#file.files ?? [];
    this.#file.value = "";
    if (!file) return;
    this.#page.closeMenu();
    const refusal = refusalOf(file);
    this.#page.advise(refusal || "Votre document part. L’autre personne le voit dans un instant.");
    if (refusal !== "" || !await this.#show(self, file)) return;
    this.#own = file;
    this.#call.show(file);
  }

  /** Either side may close it, for both. */
  #close() {
    this.#call.show(null);
    this.#page.advise("");
    this.#hide("");
    element("more", HTMLElement).focus();
  }

  /** @param {string} name */
  #seen(name) {
    this.#page.advise("");
    this.#page.say(`${name} voit votre document.`, "picture");
  }

  /**
   * Shows a document in place of any other; returns whether it can be shown.
   * @param {string} from
   * @param {Blob} picture
   */
  async #show(from, picture) {
    try {
      this.#picture.src = await addressOf(picture);
      await this.#picture.decode();
    } catch {
      this.#page.advise("Ce document ne s’affiche pas. Choisissez une autre photo.");
      return false;
    }
    this.#own = null;
    this.#follow(from);
    if (from !== self) this.#page.say(`${this.#call.nameOf(from)} montre un document.`, "picture");
    return true;
  }

  /** @param {string} words what is said of it */
  #hide(words) {
    this.#own = null;
    this.#picture.removeAttribute("src");
    this.#follow("");
    if (words !== "") this.#page.say(words, "picture");
  }

  /** Makes the document as wide as there is room, on this side alone. @param {boolean} large */
  #enlarge(large) {
    this.#large.setAttribute("aria-pressed", String(large));
    element("board", HTMLElement).classList.toggle("large", large);
  }

  /** @param {string} from */
  #follow(from) {
    this.#from = from;
    this.#picture.hidden = this.#large.hidden = element("document-close", HTMLElement).hidden = !this.shown;
    this.#enlarge(false);
    this.#page.call.toggleAttribute("data-document", this.shown);
    this.#page.turn(this.#page.showDocument, this.shown);
    this.changed();
  }
}

/** Why a file cannot be shown, in words. @param {File} file */
function refusalOf(file) {
  if (!kinds.includes(file.type)) return "Choisissez une photo ou une image : JPEG, PNG ou WebP. D’un PDF, montrez une capture d’écran.";
  if (file.size > largest) return "Cette image est trop lourde : 8 Mo au plus. Prenez une photo moins grande.";
  return "";
}

/** The picture as an address of its own: the page may load nothing else. @param {Blob} picture @returns {Promise<string>} */
function addressOf(picture) {
  const reader = new FileReader();
  return new Promise((read, fail) => {
    reader.addEventListener("load", () => read(String(reader.result)));
    reader.addEventListener("error", fail);
    reader.readAsDataURL(picture);
  });
}
