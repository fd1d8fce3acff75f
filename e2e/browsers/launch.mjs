// Firefox and Chromium with a fake camera and microphone, as they are installed: no
// browser is downloaded.

import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { await_, patience } from "./platform.mjs";

const firefoxPreferences = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.peerconnection.ice.loopback": true, // the relay of the demonstration is on this machine
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  "media.autoplay.default": 0,
  "intl.accept_languages": "fr-FR, fr",
};

const chromiumFlags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
  "--lang=fr-FR",
];

const slow = { headless: true, timeout: 120_000, protocolTimeout: 120_000 }; // the machine may be busy

/** Frames a second of a camera where several people are encoded and decoded on one machine. */
export const fewFrames = 8;

/**
 * @param {Record<string, unknown>} [preferences] in addition to those for calls
 * @param {number} [fps] frames a second of the camera
 */
export function firefox(preferences = {}, fps = 30) {
  return puppeteer.launch({
    ...slow, browser: "firefox", executablePath: installed("/usr/bin/firefox-esr", "/usr/bin/firefox"),
    extraPrefsFirefox: { ...firefoxPreferences, "media.navigator.video.default_fps": fps, ...preferences },
  });
}

/** @param {number} [fps] frames a second of the camera */
export function chromium(fps = 20) {
  const executablePath = installed("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  return puppeteer.launch({ ...slow, executablePath, args: [...chromiumFlags, `--use-fake-device-for-media-stream=fps=${fps}`] });
}

/** @param {string[]} paths */
function installed(...paths) {
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`none of ${paths.join(", ")} is on this machine: make test installs it`);
  return found;
}

/** Console messages of a browser whose connection a test interrupts. */
const expected = /WebRTC: ICE failed/;

/**
 * A separate window without history. It is not a tab, because background tabs
 * are drawn once a second or less.
 * @param {import("puppeteer-core").Browser} browser
 */
export async function newWindow(browser) {
  const context = await browser.createBrowserContext();
  return new Window(await context.newPage({ type: "window" }));
}

/** A Person's window, driven with puppeteer. @implements {import("./person.mjs").Window} */
class Window {
  /** @type {string[]} */
  #errors = [];

  /** @param {import("puppeteer-core").Page} page */
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(patience);
    page.on("pageerror", (error) => this.#errors.push(`${page.url()}: ${error}`));
    page.on("console", (line) => {
      if (line.type() === "error" && !expected.test(line.text())) this.#errors.push(`${page.url()}: ${line.text()}`);
    });
  }

  /** Another window of the same person, with the same session. */
  async another() {
    return new Window(await this.page.browserContext().newPage({ type: "window" }));
  }

  errors() {
    return this.#errors;
  }

  /** @param {string} address */
  async goto(address) {
    await this.page.goto(address, { waitUntil: "load" });
  }

  /**
   * @template T
   * @param {(...given: any[]) => T} question
   * @param {...unknown} given
   * @returns {Promise<Awaited<T>>}
   */
  evaluate(question, ...given) {
    return this.page.evaluate(question, ...given);
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  async type(selector, text) {
    await this.page.type(selector, text);
  }

  /** @param {string} selector */
  async click(selector) {
    await this.page.click(selector);
  }

  /**
   * Resizes the page, and waits until it is laid out so. It is asked from here, as a page without
   * scripts runs no timer of its own.
   * @param {number} width
   * @param {number} height
   */
  async resize(width, height) {
    await this.page.setViewport({ width, height });
    const size = `(width: ${width}px) and (height: ${height}px)`;
    await await_("the page is resized", () => this.evaluate((wanted) => matchMedia(wanted).matches, size));
  }

  /** @param {string} path */
  async picture(path) {
    await this.page.screenshot({ path: /** @type {`${string}.png`} */ (path), fullPage: true });
  }
}
