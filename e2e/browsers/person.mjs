// Somebody at a browser, who reads the page and presses its buttons.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { await_, codeFor, demo } from "./platform.mjs";

/**
 * What a Person needs of a browser's window.
 * @typedef {object} Window
 * @property {(address: string) => Promise<void>} goto resolves when it is loaded
 * @property {<T>(question: (...given: any[]) => T, ...given: unknown[]) => Promise<Awaited<T>>} evaluate runs in the page
 * @property {(selector: string, text: string) => Promise<void>} type
 * @property {(selector: string) => Promise<void>} click
 * @property {(width: number, height: number) => Promise<void>} resize
 * @property {(path: string) => Promise<void>} picture
 * @property {() => string[]} errors errors that scripts threw or logged
 */

const pictures = process.env["SOCIALDIRECT_PICTURES"];

/** The widths at which pages are checked: a phone's and a desktop's. */
export const phone = 360;
export const desktop = 1280;

/** @template {Window} [W=Window] */
export class Person {
  /**
   * @param {W} window
   * @param {string} name shown in failures
   * @param {number} width
   */
  constructor(window, name, width) {
    this.window = window;
    this.name = name;
    this.width = width;
  }

  /**
   * @template {Window} W
   * @param {W} window
   * @param {string} name
   * @param {number} [width]
   */
  static async sit(window, name, width = desktop) {
    const person = new Person(window, name, width);
    await person.resize(width);
    return person;
  }

  /**
   * @param {number} width
   * @param {number} [height]
   */
  async resize(width, height = 900) {
    this.width = width;
    await this.window.resize(width, height);
  }

  /** @param {string} path */
  async open(path) {
    await this.#do(`opens ${path}`, () => this.window.goto(new URL(path, demo.url).href));
    await this.check();
  }

  /**
   * Types into a field.
   * @param {string} name
   * @param {string} value
   */
  async fill(name, value) {
    const field = `[name="${name}"]`;
    await this.finds(field);
    await this.ask((selector) => { document.querySelector(selector).value = ""; }, field);
    await this.#do(`fills ${name}`, () => this.window.type(field, value));
  }

  /**
   * Sets a value that is not typed: a choice, a date, a time.
   * @param {string} name
   * @param {string} value
   */
  async put(name, value) {
    const field = `[name="${name}"]`;
    await this.finds(field);
    const taken = await this.ask((selector, to) => {
      const input = document.querySelector(selector);
      input.value = to;
      for (const event of ["input", "change"]) input.dispatchEvent(new Event(event, { bubbles: true }));
      return input.value;
    }, field, value);
    assert.equal(taken, value, `${this.name}: ${name} takes ${value}`);
  }

  /** Clicks an element once it stands still, as a person does. @param {string} selector */
  async click(selector) {
    await this.finds(selector);
    let before = "";
    await this.#do(`sees ${selector} at rest`, () => await_(`${selector} is at rest`, async () => {
      const now = await this.window.evaluate(place, selector).catch(ifGone);
      const rests = now !== undefined && now === before;
      before = now ?? "";
      return rests;
    }));
    await this.#do(`clicks ${selector}`, () => this.window.click(selector));
  }

  /**
   * Clicks the element with this text and waits for the page with another text.
   * @param {string} words
   * @param {string} then
   */
  async press(words, then) {
    await this.until(`finds “${words}” to press`, (wanted) => {
      const said = (/** @type {Element} */ element) => (element.textContent ?? "").replace(/\s+/g, " ");
      document.querySelector("[data-pressed]")?.removeAttribute("data-pressed");
      const target = [...document.querySelectorAll("main button, main a")].find((each) => said(each).includes(wanted) && each.getClientRects().length > 0 && getComputedStyle(each).visibility === "visible");
      target?.setAttribute("data-pressed", "");
      return target !== undefined;
    }, words);
    await this.click("[data-pressed]");
    await this.sees(then);
    await this.check();
  }

  /** Waits until the page contains the text. @param {string} words */
  async sees(words) {
    await this.until(`sees “${words}”`, (wanted) => (document.querySelector("main")?.innerText ?? "").replace(/\s+/g, " ").includes(wanted), words);
  }

  /** Waits until the page has the element. @param {string} selector */
  async finds(selector) {
    await this.until(`finds ${selector}`, (wanted) => document.querySelector(wanted) !== null, selector);
  }

  /**
   * Waits until a function in the page returns something true, across page
   * loads, and returns it.
   * @template T
   * @param {string} what
   * @param {(...given: any[]) => T} question
   * @param {...unknown} given
   */
  until(what, question, ...given) {
    return this.#do(what, () => await_(what, () => this.window.evaluate(question, ...given).catch(ifGone)));
  }

  /**
   * @template T
   * @param {(...given: any[]) => T} question
   * @param {...unknown} given
   */
  ask(question, ...given) {
    return this.window.evaluate(question, ...given);
  }

  /** The page's path. */
  path() {
    return this.ask(() => location.pathname);
  }

  /**
   * Signs in, with the second factor if required.
   * @param {import("./platform.mjs").Account} who
   * @param {string} home
   */
  async signIn(who, home) {
    await this.open("/connexion");
    await this.fill("email", who.email);
    await this.fill("password", who.password);
    if (!who.totp_secret) return this.press("Se connecter", home);
    await this.press("Se connecter", "code de votre téléphone");
    await this.fill("code", await codeFor(who.totp_secret));
    await this.press("Continuer", home);
  }

  /** Checks the page: nothing is wider than the window, nothing is clipped. */
  async check() {
    await this.finds("main"); // another page may be loading
    await this.picture("page");
    const found = await this.ask(() => ({
      path: location.pathname,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      clipped: [...document.querySelectorAll("main *")]
        .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "hidden")
        .map((box) => box.outerHTML.slice(0, 300)),
    }));
    assert.equal(found.wide, 0, `${this.name}: ${found.path} is ${found.wide} px wider than ${this.width} px`);
    assert.deepEqual(found.clipped, [], `${this.name}: ${found.path} cuts off at ${this.width} px`);
  }

  /** Saves a screenshot, if requested. @param {string} what */
  async picture(what) {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    const name = `${this.name} ${what} ${await this.path()}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    await this.window.picture(join(pictures, `${name}-${this.width}.png`));
  }

  /** Checks that the scripts of all visited pages ran without an error. */
  sound() {
    assert.deepEqual(this.window.errors(), [], `${this.name}: scripts complain`);
  }

  /**
   * @template T
   * @param {string} what
   * @param {() => Promise<T>} act
   */
  async #do(what, act) {
    try {
      return await act();
    } catch (error) {
      const page = await this.ask(() => `${location.href}\n${document.body.innerText}`).catch(() => "(the page does not answer)");
      throw new Error(`${this.name} ${what}: ${error}\non ${page}\n${this.window.errors().join("\n")}`);
    }
  }
}

/** Runs in the page: where an element is in the window, once it is in its middle. @param {string} selector */
function place(selector) {
  const element = document.querySelector(selector);
  if (!element) return undefined;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = element.getBoundingClientRect();
  return [x, y, width, height].join(" ");
}

/**
 * Ignores errors of a page that is being replaced by the next one; any other is
 * an error of the function.
 * @param {unknown} error
 */
function ifGone(error) {
  if (/context|destroyed|detached|navigat|no such frame|DiscardedBrowsingContext|aborted|AbortError/i.test(String(error))) return undefined;
  throw error;
}
