// Somebody in front of a browser, who reads and presses what the page says.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { await_, codeFor, demo, patience } from "./platform.mjs";

/** What a browser remarks when a test cuts a line. */
const expected = /WebRTC: ICE failed/;

const pictures = process.env["SOCIALDIRECT_PICTURES"];

export class Person {
  /** What scripts of the pages threw or complained of. @type {string[]} */
  errors = [];

  /**
   * @param {import("puppeteer-core").Page} page
   * @param {string} name for failures
   * @param {number} width
   */
  constructor(page, name, width) {
    this.page = page;
    this.name = name;
    this.width = width;
    page.setDefaultTimeout(patience);
    page.setDefaultNavigationTimeout(patience);
    page.on("pageerror", (error) => this.errors.push(`${page.url()}: ${error}`));
    page.on("console", (line) => { if (line.type() === "error" && !expected.test(line.text())) this.errors.push(`${page.url()}: ${line.text()}`); });
  }

  /**
   * Somebody with no history.
   * @param {import("puppeteer-core").Browser} browser
   * @param {string} name
   * @param {number} [width]
   */
  static async sit(browser, name, width = 1280) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage({ type: "window" }); // of its own: what lies behind another tab is drawn once a second and less
    await page.setViewport({ width, height: 800 });
    return new Person(page, name, width);
  }

  /** @param {string} path */
  async open(path) {
    await this.#do(`open ${path}`, () => this.page.goto(new URL(path, demo.url).href, { waitUntil: "load" }));
    await this.check();
  }

  /** The page's path. */
  get path() {
    return new URL(this.page.url()).pathname;
  }

  /**
   * Types into a field.
   * @param {string} name
   * @param {string} value
   */
  async fill(name, value) {
    const field = await this.#one(`[name="${name}"]`);
    await field.evaluate((input) => { input.value = ""; });
    await this.#do(`fill ${name}`, () => field.type(value));
  }

  /**
   * Sets what is not typed letter by letter: a choice, a date, an hour.
   * @param {string} name
   * @param {string} value
   */
  async put(name, value) {
    const field = await this.#one(`[name="${name}"]`);
    await field.evaluate((input, to) => {
      input.value = to;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }, value);
    assert.equal(await field.evaluate((input) => input.value), value, `${this.name}: ${name} takes ${value}`);
  }

  /** @param {string} selector */
  async click(selector) {
    const target = await this.#one(selector);
    await target.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await this.#do(`click ${selector}`, () => target.click());
  }

  /**
   * Clicks what says these words and waits for the page that says others.
   * @param {string} words
   * @param {string} then
   */
  async press(words, then) {
    await this.sees(words);
    const target = await this.page.evaluateHandle((wanted) => {
      const said = (/** @type {Element} */ element) => (element.textContent ?? "").replace(/\s+/g, " ");
      return [...document.querySelectorAll("main button, main a")].find((each) => said(each).includes(wanted) && each.getClientRects().length > 0) ?? null;
    }, words);
    const element = target.asElement();
    assert.ok(element, `${this.name}: nothing to press says “${words}” on ${this.path}`);
    await element.evaluate((each) => each.scrollIntoView({ block: "center" }));
    await this.#do(`press ${words}`, () => element.click());
    await this.sees(then);
    await this.check();
  }

  /** Waits until the page says words. @param {string} words */
  async sees(words) {
    await this.until(`sees “${words}”`, (wanted) => (document.querySelector("main")?.innerText ?? "").replace(/\s+/g, " ").includes(wanted), words);
  }

  /**
   * Waits until a question to the page is answered with something true, through
   * whatever pages come by, and answers that.
   * @template T
   * @param {string} what
   * @param {(...given: any[]) => T} question
   * @param {...unknown} given
   * @returns {Promise<Awaited<T>>}
   */
  async until(what, question, ...given) {
    try {
      return await await_(`${this.name} ${what}`, () => this.page.evaluate(question, ...given).catch(ifGone));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\non ${this.page.url()}:\n${await this.#text()}\n${this.errors.join("\n")}`);
    }
  }

  /**
   * @template T
   * @param {(...given: any[]) => T} question
   * @param {...unknown} given
   */
  ask(question, ...given) {
    return this.page.evaluate(question, ...given);
  }

  /**
   * Signs in, with the second factor where one is owed.
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

  /** Looks at the page: nothing wider than the window, nothing cut off. */
  async check() {
    await this.picture("page");
    const found = await this.ask(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      clipped: [...document.querySelectorAll("main *")]
        .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "hidden")
        .map((box) => box.outerHTML.slice(0, 300)),
    }));
    assert.equal(found.wide, 0, `${this.name}: ${this.path} is ${found.wide} px wider than ${this.width} px`);
    assert.deepEqual(found.clipped, [], `${this.name}: ${this.path} cuts off at ${this.width} px`);
  }

  /** Keeps a picture where somebody asked for them. @param {string} what */
  async picture(what) {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    const name = `${this.name} ${what} ${this.path}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    await this.page.screenshot({ path: /** @type {`${string}.png`} */ (join(pictures, `${name}-${this.width}.png`)), fullPage: true });
  }

  /** Holds the scripts of all pages seen to have run without an error. */
  sound() {
    assert.deepEqual(this.errors, [], `${this.name}: scripts complain`);
  }

  /** @param {string} selector */
  #one(selector) {
    return this.#do(`find ${selector}`, () => this.page.waitForSelector(selector)).then((found) => {
      assert.ok(found);
      return found;
    });
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
      throw new Error(`${this.name}: ${what}: ${error}\non ${this.page.url()}:\n${await this.#text()}`);
    }
  }

  async #text() {
    return this.page.evaluate(() => document.body.innerText).catch(() => "(the page does not answer)");
  }
}

/**
 * A page that gives way to the next one answers nothing; anything else is a fault
 * of the question.
 * @param {unknown} error
 */
function ifGone(error) {
  if (/context|destroyed|detached|navigat|no such frame|DiscardedBrowsingContext|aborted|AbortError/i.test(String(error))) return undefined;
  throw error;
}
