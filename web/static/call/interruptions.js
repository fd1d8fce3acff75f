// What is said when a telephone call, an alarm or an assistant has the person's microphone or
// camera, or when they stop on a computer.

import { agentOf, isPhone } from "./help.js";

/** @typedef {import("./help.js").Device} Device */

/**
 * The words, and what the button takes back: empty where the devices come back by themselves.
 * @param {{takenDevices: Device[], pausedDevices: Device[]}} media
 * @param {import("./help.js").Agent} [agent]
 * @returns {[string, string]} both empty where nothing is interrupted
 */
export function interruption({ takenDevices, pausedDevices }, agent = agentOf(navigator.userAgent)) {
  const again = takenDevices.length > 0 ? `Reprendre ${named(takenDevices)}` : "";
  const lost = [...takenDevices, ...pausedDevices];
  if (lost.length === 0) return ["", ""];
  if (isPhone(agent)) return ["Appel interrompu par le téléphone.", again];
  if (again !== "") return [`Plus rien ne vient de ce côté\u00a0: ${named(lost)}.`, again];
  return [`Rien ne vient de ce côté\u00a0: ${named(lost)}. Un bouton ou un cache l’arrête peut-être.`, ""];
}

/** @param {Device[]} devices */
function named(devices) {
  if (devices.length > 1) return "le micro et la caméra";
  return devices[0] === "camera" ? "la caméra" : "le micro";
}
