// The pictures of guests, beside the one of the appointment's other person.

/** @typedef {import("./signaling.js").Sending} Sending */

const roles = Object.freeze({ beneficiary: "", social_worker: "", interpreter: "interprète", relative: "proche" });

/**
 * What a participant's role is called, empty for the two people of the appointment.
 * @param {string} role
 */
export function roleWords(role) {
  return Object.hasOwn(roles, role) ? roles[/** @type {keyof typeof roles} */ (role)] : "";
}

/**
 * Whether somebody makes a sound, and whether they have the floor in sign language.
 * @typedef {{sounds: boolean, signs: boolean}} Speaks
 */

/**
 * Marks the picture of somebody who speaks (EN 301 549, 6.5.5 and 6.5.6).
 * @param {HTMLElement} frame
 * @param {HTMLElement} sign
 * @param {Speaks} speaks
 */
export function mark(frame, sign, { sounds, signs }) {
  frame.classList.toggle("speaks", sounds || signs);
  sign.dataset["how"] = signs ? "signs" : sounds ? "sounds" : "";
}

/** One guest's picture, name, verification words, and the button that removes them. */
export class Tile {
  #frame;
  #video;

  /**
   * @param {HTMLElement} parent
   * @param {HTMLTemplateElement} template
   * @param {import("./signaling.js").Participant} who
   * @param {(() => void) | null} remove null where this person cannot remove the guest
   */
  constructor(parent, template, who, remove) {
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.#frame = this.#part(copy, ".call-guest", HTMLElement);
    this.#video = this.#part(copy, "video", HTMLVideoElement);
    this.#video.setAttribute("aria-label", who.name);
    const words = roleWords(who.role);
    this.#part(copy, ".call-guest-name", HTMLElement).textContent = words ? `${who.name}, ${words}` : who.name;
    const button = this.#part(copy, "button", HTMLButtonElement);
    button.hidden = remove === null;
    button.setAttribute("aria-label", `Retirer ${who.name} de l’appel`);
    button.addEventListener("click", () => remove?.());
    parent.append(copy);
  }

  /** @param {MediaStream} stream */
  show(stream) {
    this.#video.srcObject = stream;
    this.#video.play().catch(() => undefined); // the main picture asks for the gesture
  }

  /** @param {Sending} sending */
  showSending(sending) {
    const state = this.#part(this.#frame, ".call-guest-state", HTMLElement);
    state.textContent = [sending.video ? "" : "caméra coupée", sending.audio ? "" : "micro coupé"].filter(Boolean).join(", ");
    this.#video.classList.toggle("whole", sending.screen);
  }

  /** @param {Speaks} speaks */
  showSpeaking(speaks) {
    mark(this.#frame, this.#part(this.#frame, ".call-speaks", HTMLElement), speaks);
  }

  /** @param {string} words the verification words, or what to do if somebody may stand in between */
  showCode(words) {
    this.#part(this.#frame, ".call-guest-code", HTMLElement).textContent = words;
  }

  remove() {
    this.#frame.remove();
  }

  /**
   * @template {HTMLElement} T
   * @param {ParentNode} within
   * @param {string} selector
   * @param {new () => T} kind
   */
  #part(within, selector, kind) {
    const found = within.querySelector(selector);
    if (!(found instanceof kind)) throw new Error(`no ${selector} in a guest's tile`);
    return found;
  }
}
