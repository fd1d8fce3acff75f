// What somebody sees of the test: its steps, its verdict, and the report. One region of the
// page is read out as it changes; the list of steps can be read at any time.

import { element } from "../call/page.js";

/** @typedef {import("./verdict.js").Results} Results */
/** @typedef {import("./verdict.js").Verdict} Verdict */
/** @typedef {import("./verdict.js").Device} Device */
/** @typedef {"waiting" | "running" | "ok" | "warn" | "bad" | "absent"} State */

/** @type {Readonly<Record<Results["microphone"], {state: State, words: string}>>} */
const devices = Object.freeze({
  ok: { state: "ok", words: "marche" },
  refused: { state: "bad", words: "refusé dans le navigateur" },
  system: { state: "bad", words: "refusé par l’appareil" },
  missing: { state: "bad", words: "aucun sur cet appareil" },
  busy: { state: "bad", words: "ne répond pas" },
  unsupported: { state: "bad", words: "impossible dans ce navigateur" },
  skipped: { state: "warn", words: "non essayé" },
  silent: { state: "warn", words: "nous n’entendons rien" },
});

/** @type {Readonly<Record<import("./verdict.js").Way, {state: State, words: string}>>} */
const ways = Object.freeze({
  ok: { state: "ok", words: "passe" },
  blocked: { state: "warn", words: "bloqué" },
  absent: { state: "absent", words: "pas proposé ici" },
});

export class Page {
  start = element("start", HTMLButtonElement);
  again = element("again", HTMLButtonElement);
  play = element("play", HTMLButtonElement);
  heard = element("heard", HTMLButtonElement);
  unheard = element("unheard", HTMLButtonElement);
  copy = element("copy", HTMLButtonElement);
  #test = element("test", HTMLElement);
  #skip = element("skip", HTMLButtonElement);
  #level = element("level", HTMLMeterElement);
  #request = element("request", HTMLTextAreaElement);

  get socket() {
    const address = new URL(this.#test.dataset["socket"] ?? "", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    return address;
  }

  /** Offers the test: without scripts there is none. */
  ready() {
    this.start.hidden = false;
  }

  begin() {
    this.start.hidden = true;
    element("running", HTMLElement).hidden = false;
    this.#skip.hidden = false;
    this.#skip.focus();
  }

  /** Resolves with true when the person goes on without microphone and camera. */
  skipped() {
    return new Promise((/** @type {(skipped: boolean) => void} */ resolve) => this.#skip.addEventListener("click", () => resolve(true), { once: true }));
  }

  /** The question about microphone and camera was answered. */
  opened() {
    this.#skip.hidden = true;
  }

  /** Has the words read out, in place of the former ones. @param {string} words */
  say(words) {
    element("state", HTMLElement).textContent = words;
  }

  /**
   * @param {string} name
   * @param {State} state
   * @param {string} words
   */
  step(name, state, words) {
    const line = document.querySelector(`[data-step="${name}"]`);
    const said = line?.querySelector("[data-words]");
    if (!(line instanceof HTMLElement) || !said) throw new Error(`no step ${name}`);
    line.dataset["state"] = state;
    said.textContent = words;
  }

  /**
   * @param {"microphone" | "camera"} name
   * @param {Results["microphone"]} device
   */
  device(name, device) {
    const { state, words } = devices[device];
    this.step(name, state, name === "microphone" && device === "ok" ? "nous vous entendons" : words);
  }

  /** @param {{microphone: Device, camera: Device}} both */
  permission({ microphone, camera }) {
    const refused = [microphone, camera].find((each) => each === "system" || each === "refused");
    if (refused) this.step("permission", "bad", devices[refused].words);
    else this.step("permission", "ok", "accordée");
  }

  /**
   * @param {import("./line.js").Transport} name
   * @param {import("./verdict.js").Way} way
   */
  way(name, way) {
    this.step(name, ways[way].state, ways[way].words);
  }

  /** @param {Results} results */
  quality({ round_trip, loss, jitter }) {
    const parts = [
      round_trip === null ? "" : `aller-retour ${round_trip}\u00a0ms`,
      loss === null ? "" : `${loss}\u00a0% de perte`,
      jitter === null ? "" : `gigue ${jitter}\u00a0ms`,
    ].filter((part) => part !== "");
    this.step("quality", (loss ?? 0) > 5 || (round_trip ?? 0) > 400 ? "warn" : "ok", parts.join(", ") || "pas mesurée");
  }

  /** @param {Results} results */
  rates({ up, down }) {
    this.step("rate", Math.min(up ?? 0, down ?? 0) < 450 ? "warn" : "ok", `vous envoyez ${rate(up)}, vous recevez ${rate(down)}`);
  }

  /** @param {number} level 0 to 1 */
  showLevel(level) {
    this.#level.value = level;
  }

  /** @param {MediaStream} stream */
  showSelf(stream) {
    this.#show("self", stream);
  }

  /** @param {MediaStream} stream */
  showReturned(stream) {
    this.#show("returned", stream);
  }

  askHeard() {
    element("question", HTMLElement).hidden = false;
    this.heard.focus();
  }

  /** @param {boolean} heard */
  showHeard(heard) {
    element("question", HTMLElement).hidden = true;
    this.play.focus();
    this.step("speaker", heard ? "ok" : "warn", heard ? "vous entendez" : "rien entendu");
    this.say(heard ? "Le haut-parleur marche." : "Montez le volume de l’appareil, vérifiez le casque ou les haut-parleurs, puis jouez le son de nouveau.");
  }

  /**
   * Why a socket was refused: the words of the server, or nothing if it was not the server.
   * @returns {Promise<string>}
   */
  async refusal() {
    try {
      const answer = await fetch(this.#test.dataset["room"] ?? "");
      return answer.status === 429 ? (await answer.json()).error.message : "";
    } catch {
      return "";
    }
  }

  /**
   * There is no test now.
   * @param {string} words
   */
  refuse(words) {
    this.say(words);
    this.again.hidden = false;
    this.again.focus();
  }

  /**
   * Shows what was found.
   * @param {Verdict} verdict
   * @param {Results} results
   * @param {string} request what to ask whoever runs the network, if that helps
   */
  finish(verdict, results, request) {
    for (const [name, value] of Object.entries(results)) this.report(name, `${value ?? ""}`);
    this.report("verdict", verdict.level);
    const box = element("verdict", HTMLElement);
    box.dataset["level"] = verdict.level === "good" && results.microphone !== "ok" ? "voice" : verdict.level; // never green while nobody would be heard
    element("verdict-title", HTMLElement).textContent = verdict.title;
    element("verdict-words", HTMLElement).textContent = verdict.words;
    element("advice", HTMLElement).replaceChildren(...verdict.advice.map(item));
    this.#request.value = request;
    element("ask", HTMLElement).hidden = request === "";
    box.hidden = false;
    this.again.hidden = false;
    for (const id of ["self-frame", "returned-frame", "level-frame"]) element(id, HTMLElement).hidden = true; // the devices are off
    for (const line of document.querySelectorAll("[data-step][data-state=running], [data-step][data-state=waiting]")) this.#untried(line);
    this.say(`Le test est fini. ${verdict.title}.`);
    element("verdict-title", HTMLElement).focus();
  }

  /**
   * Puts a result into the report.
   * @param {string} name
   * @param {string} value
   */
  report(name, value) {
    const field = element("report", HTMLFormElement).elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }

  async copyRequest() {
    this.#request.select();
    try {
      await navigator.clipboard.writeText(this.#request.value);
      this.say("Le texte est copié.");
    } catch {
      this.say("Le texte est sélectionné : copiez-le avec le clavier ou en le touchant longuement.");
    }
  }

  /** A step that was not reached. @param {Element} line */
  #untried(line) {
    const name = line.getAttribute("data-step") ?? "";
    if (name !== "speaker") this.step(name, "waiting", "non essayé");
  }

  /**
   * @param {string} id
   * @param {MediaStream} stream
   */
  #show(id, stream) {
    const video = element(id, HTMLVideoElement);
    video.srcObject = stream;
    element(`${id}-frame`, HTMLElement).hidden = false;
  }
}

/** @param {string} words */
function item(words) {
  const line = document.createElement("li");
  line.textContent = words;
  return line;
}

/** @param {number | null} kbits */
function rate(kbits) {
  if (kbits === null) return "rien";
  return kbits < 1000 ? `${kbits}\u00a0kbit/s` : `${(kbits / 1000).toFixed(1).replace(".", ",")}\u00a0Mbit/s`;
}
