// What the results of a test mean, in everyday words. It knows nothing of pages and
// connections.

import { agentOf, deniedBySystem, explain, silent } from "../call/help.js";

/**
 * @typedef {"ok" | "refused" | "system" | "missing" | "busy" | "unsupported" | "skipped"} Device
 * @typedef {"ok" | "blocked" | "absent"} Way
 *
 * @typedef {object} Results
 * @property {Device | "silent"} microphone
 * @property {Device} camera
 * @property {"ok" | "blocked"} websocket
 * @property {Way} udp
 * @property {Way} tcp
 * @property {Way} tls
 * @property {"ok" | "none"} media whether sound or picture, or at least messages, came back
 * @property {number | null} up kbit/s
 * @property {number | null} down kbit/s
 * @property {number | null} loss per cent
 * @property {number | null} round_trip milliseconds
 * @property {number | null} jitter milliseconds
 *
 * @typedef {"good" | "voice" | "none"} Level
 * @typedef {{level: Level, title: string, words: string, advice: string[], ask: boolean}} Verdict `ask` where a network's administrator can help
 */

/** What a call needs: for the picture, and for the voice alone. Rates are in kbit/s, loss in per cent, times in milliseconds. */
const picture = Object.freeze({ rate: 450, loss: 5, round_trip: 400, jitter: 60 });
const voice = Object.freeze({ rate: 60, loss: 20, round_trip: 1500, jitter: 300 });

/**
 * @param {Results} results
 * @param {import("../call/help.js").Agent} [agent] whose words the advice uses
 * @returns {Verdict}
 */
export function judge(results, agent = agentOf(navigator.userAgent)) {
  const level = levelOf(results);
  return { level, ...said(level, results), advice: advise(level, results, agent), ask: narrow(results) };
}

/**
 * @param {Results} results
 * @returns {Level}
 */
function levelOf(results) {
  if (results.websocket !== "ok" || results.media !== "ok" || !suffices(results, voice)) return "none";
  return suffices(results, picture) ? "good" : "voice";
}

/**
 * Whether everything that was measured is good enough; what could not be measured counts for
 * the rates alone, which a call cannot do without.
 * @param {Results} results
 * @param {{rate: number, loss: number, round_trip: number, jitter: number}} need
 */
function suffices({ up, down, loss, round_trip, jitter }, need) {
  return (up ?? 0) >= need.rate && (down ?? 0) >= need.rate && (loss ?? 0) <= need.loss && (round_trip ?? 0) <= need.round_trip && (jitter ?? 0) <= need.jitter;
}

/**
 * @param {Level} level
 * @param {Results} results
 */
function said(level, { microphone }) {
  switch (level) {
    case "good":
      if (microphone === "ok") return { title: "Tout va très bien", words: "Vous pouvez faire un appel vidéo d’ici, sur cet appareil." };
      return { title: "La connexion va très bien, pas le micro", words: "L’autre personne vous verra peut-être, mais elle ne vous entendra pas." };
    case "voice":
      return { title: "La voix passera, l’image peut-être pas", words: "L’appel est possible d’ici. Quand la connexion faiblit, l’image se réduit ou s’arrête, et la voix reste." };
    case "none":
      return { title: "Pas d’appel vidéo d’ici", words: "Un appel ne passerait pas sur cette connexion. Essayez un autre réseau, ou parlez par téléphone." };
  }
}

/**
 * What to do, the most useful first.
 * @param {Level} level
 * @param {Results} results
 * @param {import("../call/help.js").Agent} agent
 */
function advise(level, results, agent) {
  return [
    ...network(level, results),
    deviceAdvice("microphone", results.microphone, agent),
    deviceAdvice("camera", results.camera, agent),
  ].filter((words) => words !== "");
}

/**
 * @param {Level} level
 * @param {Results} results
 */
function network(level, results) {
  const words = [];
  if (results.websocket !== "ok") words.push("Ce réseau bloque la liaison avec nos serveurs (WebSocket). Essayez avec le réseau de votre téléphone, ou chez vous.");
  else if (narrow(results)) words.push("Ce réseau bloque l’UDP, que les appels utilisent. Essayez un autre réseau, par exemple celui de votre téléphone.");
  else if (results.udp === "blocked") words.push("Ce réseau bloque l’UDP. L’appel passera par TCP : la voix et l’image peuvent arriver avec un peu de retard.");
  if (level !== "good" && results.websocket === "ok") words.push("Rapprochez-vous de la box ou branchez un câble, et fermez les autres programmes qui utilisent internet.");
  return words;
}

/**
 * Whether at most TLS, on the port of web pages, reaches the relay: then whoever runs the
 * network can help.
 * @param {Results} results
 */
function narrow({ websocket, udp, tcp }) {
  return websocket !== "ok" || udp !== "ok" && tcp !== "ok";
}

/** The errors that stand behind a result. @type {Readonly<Partial<Record<Results["microphone"], string>>>} */
const errors = Object.freeze({ refused: "NotAllowedError", system: deniedBySystem, missing: "NotFoundError", busy: "NotReadableError", unsupported: "NotSupportedError", silent });

/**
 * @param {"microphone" | "camera"} device
 * @param {Results["microphone"]} state
 * @param {import("../call/help.js").Agent} agent
 */
function deviceAdvice(device, state, agent) {
  return explain(device, errors[state] ?? "", agent, "puis recommencez le test");
}

/**
 * What to ask whoever runs the network: addresses and ports alone, not what they serve.
 * @param {string[]} urls of the relays
 * @param {{host: string, port: string} | null} site the site, if its sockets are blocked
 */
export function requestOf(urls, site) {
  const lines = [...new Set(urls.map(opening))];
  if (site) lines.push(`- TCP ${site.port} vers ${site.host}, avec les WebSockets (WSS)`);
  return `Bonjour,\n\nDepuis ce réseau, mes appels vidéo dans le navigateur (WebRTC) ne passent pas. Pourriez-vous autoriser, en sortie :\n\n${lines.join("\n")}\n\nMerci beaucoup.`;
}

/** @param {string} url such as "turn:relay.example.org:3478?transport=udp" */
function opening(url) {
  const secure = url.startsWith("turns:");
  const [address = ""] = url.replace(/^turns?:/, "").split("?");
  const found = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(address);
  const port = found?.[2] ?? (secure ? "5349" : "3478");
  const transport = secure || url.includes("transport=tcp") ? "TCP" : "UDP";
  return `- ${transport} ${port} vers ${found?.[1] ?? address}${secure ? " (TLS)" : ""}`;
}
