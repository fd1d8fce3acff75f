// WebKit, from Debian's webkit2gtk-driver: pages only, since WebRTC is
// disabled in it. It uses a virtual display.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, Capabilities } from "selenium-webdriver";
import { await_, patience } from "./platform.mjs";

/** Hides the browser's buttons, which would keep its window wider than a phone's. */
const narrow = "* { min-width: 0; min-height: 0; margin: 0; padding: 0; border-width: 0; font-size: 1px; -gtk-icon-source: none; }";

export class WebKit {
  #folder = mkdtempSync(join(tmpdir(), "socialdirect-webkit-"));
  /** @type {import("node:child_process").ChildProcess[]} */
  #processes = [];
  /** @type {import("selenium-webdriver").WebDriver | undefined} */
  #driver;

  static async start() {
    const webkit = new WebKit();
    try {
      await webkit.#start();
    } catch (error) {
      await webkit.close();
      throw error;
    }
    return webkit;
  }

  async close() {
    await this.#driver?.quit().catch(() => undefined); // it may already have ended
    for (const each of this.#processes) each.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Its one window. */
  get window() {
    if (!this.#driver) throw new Error("WebKit is closed");
    return new Window(this.#driver);
  }

  async #start() {
    mkdirSync(join(this.#folder, "gtk-3.0"));
    writeFileSync(join(this.#folder, "gtk-3.0", "gtk.css"), narrow);
    const display = await this.#display();
    const port = await freePort();
    this.#run("WebKitWebDriver", [`--port=${port}`], { DISPLAY: display, XDG_CONFIG_HOME: this.#folder, LANG: "C.UTF-8" });
    const address = `http://127.0.0.1:${port}`;
    await await_("WebKitWebDriver answers", () => fetch(`${address}/status`).then((answer) => answer.ok, () => false));
    const capabilities = new Capabilities({
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] },
    });
    this.#driver = await new Builder().usingServer(address).withCapabilities(capabilities).build();
  }

  async #display() {
    const server = this.#run("Xvfb", ["-displayfd", "3", "-screen", "0", "1600x1600x24", "-nolisten", "tcp"], {});
    const [number] = await once(/** @type {import("node:stream").Readable} */ (server.stdio[3]), "data", { signal: AbortSignal.timeout(patience) });
    return `:${String(number).trim()}`;
  }

  /**
   * @param {string} program
   * @param {string[]} args
   * @param {Record<string, string>} env
   */
  #run(program, args, env) {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "ignore", "pipe"] });
    child.on("error", (error) => { throw new Error(`${program}: ${error.message} (make test installs it)`); });
    this.#processes.push(child);
    return child;
  }
}

/** A Person's window, driven with WebDriver. @implements {import("./person.mjs").Window} */
class Window {
  #driver;
  /** @type {string[]} */
  #errors = [];

  /** @param {import("selenium-webdriver").WebDriver} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  errors() {
    return this.#errors;
  }

  /** @param {string} address */
  async goto(address) {
    await this.#driver.get(address);
    this.#errors.push(...await this.evaluate(complaints));
  }

  /**
   * @template T
   * @param {(...given: any[]) => T} question
   * @param {...unknown} given
   * @returns {Promise<Awaited<T>>}
   */
  evaluate(question, ...given) {
    return this.#driver.executeScript(`return (${question})(...arguments)`, ...given);
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  async type(selector, text) {
    await this.#driver.findElement({ css: selector }).sendKeys(text);
  }

  /** @param {string} selector */
  async click(selector) {
    await this.#driver.findElement({ css: selector }).click();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  async resize(width, height) {
    await this.#driver.manage().window().setRect({ width, height });
  }

  /** @param {string} path */
  async picture(path) {
    writeFileSync(path, await this.#driver.takeScreenshot(), "base64");
  }
}

/** Runs in the page: collects errors of its scripts, because WebDriver does not report the console. */
async function complaints() {
  /** @type {string[]} */
  const found = [];
  for (const script of document.querySelectorAll('script[type="module"]')) await import(script.src).catch((error) => found.push(`${script.src}: ${error}`));
  return found;
}

/** The browser that WebKitWebDriver drives; its folder depends on the machine's architecture. */
function miniBrowser() {
  const found = readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`).find((path) => existsSync(path));
  if (!found) throw new Error("no MiniBrowser on this machine: make test installs it");
  return found;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
