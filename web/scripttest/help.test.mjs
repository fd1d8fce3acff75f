// What to do about a device, in the words of the browser and the system at hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agentOf, deniedBySystem, explain, isPhone, mutedByHardware, nameOf, silent } from "../static/call/help.js";
import { interruption } from "../static/call/interruptions.js";

const agents = {
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36": { browser: "chrome", system: "windows" },
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0": { browser: "edge", system: "windows" },
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": { browser: "firefox", system: "other" },
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15": { browser: "safari", system: "mac" },
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1": { browser: "safari", system: "ios" },
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 Mobile/15E148 Safari/604.1": { browser: "chrome", system: "ios" },
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36": { browser: "chrome", system: "android" },
  "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0": { browser: "firefox", system: "android" },
};

test("browser and system are told apart", () => {
  for (const [userAgent, agent] of Object.entries(agents)) assert.deepEqual(agentOf(userAgent), agent, userAgent);
  assert.deepEqual(agentOf(""), { browser: "other", system: "other" });
});

const errors = ["NotAllowedError", deniedBySystem, "NotFoundError", "OverconstrainedError", "NotReadableError", "AbortError"];

test("every error says what to do next, and refusals say it for each browser and system", () => {
  const all = [...Object.values(agents), { browser: "other", system: "other" }];
  for (const device of ["microphone", "camera", "both"]) {
    for (const agent of all) {
      assert.equal(explain(device, "", agent, "puis recommencez"), "");
      for (const error of errors) assert.match(explain(device, error, agent, "puis recommencez"), /, puis recommencez\.$/, `${error} in ${agent.browser} on ${agent.system}`);
      for (const error of [mutedByHardware, silent]) assert.match(explain(device, error, agent, ""), /\.$/);
    }
  }
  const refused = (agent) => explain("microphone", "NotAllowedError", agent, "puis recommencez");
  assert.match(refused({ browser: "safari", system: "ios" }), /Réglages du site web/);
  assert.match(refused({ browser: "chrome", system: "ios" }), /Réglages de l’iPhone/);
  assert.match(refused({ browser: "firefox", system: "windows" }), /retirez le blocage/);
  assert.match(refused({ browser: "chrome", system: "android" }), /Autorisations/);
  const system = (name) => explain("camera", deniedBySystem, { browser: "chrome", system: name }, "puis recommencez");
  assert.equal(new Set(["windows", "mac", "android", "ios", "other"].map(system)).size, 5);
});

test("the system's refusal is told from the browser's", () => {
  const named = (name, message) => nameOf(Object.assign(new Error(message), { name }));
  assert.equal(named("NotAllowedError", "Permission denied by system"), deniedBySystem);
  assert.equal(named("NotAllowedError", "Permission denied"), "NotAllowedError");
  assert.equal(named("NotReadableError", "system"), "NotReadableError");
  assert.equal(nameOf("odd"), "UnknownError");
});

test("a phone that takes the devices away says so; a button takes back only what does not come back", () => {
  const phone = { browser: "safari", system: "ios" }, desk = { browser: "chrome", system: "windows" };
  assert.ok(isPhone(phone) && !isPhone(desk));
  assert.deepEqual(interruption({ takenDevices: [], pausedDevices: [] }, phone), ["", ""]);
  assert.deepEqual(interruption({ takenDevices: [], pausedDevices: ["microphone"] }, phone), ["Appel interrompu par le téléphone.", ""]);
  assert.deepEqual(interruption({ takenDevices: ["microphone"], pausedDevices: [] }, phone), ["Appel interrompu par le téléphone.", "Reprendre le micro"]);
  assert.deepEqual(interruption({ takenDevices: ["microphone", "camera"], pausedDevices: [] }, phone)[1], "Reprendre le micro et la caméra");
  assert.doesNotMatch(interruption({ takenDevices: ["camera"], pausedDevices: [] }, desk)[0], /téléphone/);
  assert.equal(interruption({ takenDevices: [], pausedDevices: ["microphone"] }, desk)[1], "");
});
