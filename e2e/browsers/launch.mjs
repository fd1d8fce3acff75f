// Starts browsers with a fake camera and microphone, and no download of any.

import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";

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
  "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
  "--lang=fr-FR",
];

/** @param {string[]} paths */
function installed(...paths) {
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`none of ${paths.join(", ")} is on this machine: make test installs it`);
  return found;
}

const launchers = {
  /** @param {Record<string, unknown>} preferences */
  firefox: (preferences) => puppeteer.launch({
    browser: "firefox", executablePath: installed("/usr/bin/firefox-esr", "/usr/bin/firefox"),
    extraPrefsFirefox: { ...firefoxPreferences, ...preferences }, headless: true, timeout: 120_000, protocolTimeout: 120_000,
  }),
  chromium: () => puppeteer.launch({
    executablePath: installed("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"), args: chromiumFlags,
    headless: true, timeout: 120_000, protocolTimeout: 120_000,
  }),
};

/**
 * @param {"firefox" | "chromium"} name
 * @param {Record<string, unknown>} [preferences] of Firefox
 */
export function launch(name, preferences = {}) {
  return launchers[name](preferences);
}
