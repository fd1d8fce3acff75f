// What to do about a microphone or a camera that cannot be used, in the words of the browser
// and the system at hand. It knows nothing of pages.

/** @typedef {"microphone" | "camera"} Device */
/** @typedef {"chrome" | "edge" | "firefox" | "safari" | "other"} BrowserName */
/** @typedef {"windows" | "mac" | "android" | "ios" | "other"} SystemName */
/** @typedef {{browser: BrowserName, system: SystemName}} Agent */

/** In place of the name of the browser's error: the system, not the browser, refuses the device. */
export const deniedBySystem = "SystemNotAllowed";

/** In place of an error: the device is there and gives nothing, as a button of the hardware turns it off. */
export const mutedByHardware = "HardwareMuted";

/** In place of an error: nothing was heard although the device is there. */
export const silent = "Silent";

/**
 * The browser and the system that a user agent names.
 * @param {string} userAgent
 * @returns {Agent}
 */
export function agentOf(userAgent) {
  return { browser: browserOf(userAgent), system: systemOf(userAgent) };
}

/** Whether it is a phone or a tablet. @param {Agent} agent */
export function isPhone({ system }) {
  return system === "android" || system === "ios";
}

/**
 * @param {string} userAgent
 * @returns {BrowserName}
 */
function browserOf(userAgent) {
  if (/\bEdg(A|iOS)?\//.test(userAgent)) return "edge";
  if (/\b(Firefox|FxiOS)\//.test(userAgent)) return "firefox";
  if (/\b(Chrome|CriOS|Chromium)\//.test(userAgent)) return "chrome";
  return /\bSafari\//.test(userAgent) ? "safari" : "other";
}

/**
 * @param {string} userAgent
 * @returns {SystemName}
 */
function systemOf(userAgent) {
  if (/\b(iPhone|iPad|iPod)\b/.test(userAgent)) return "ios";
  if (/\bAndroid\b/.test(userAgent)) return "android";
  if (/\bWindows\b/.test(userAgent)) return "windows";
  return /\bMacintosh\b/.test(userAgent) ? "mac" : "other";
}

/** @param {unknown} error */
export function nameOf(error) {
  if (!(error instanceof Error)) return "UnknownError";
  return error.name === "NotAllowedError" && /\bsystem\b/i.test(error.message) ? deniedBySystem : error.name; // Chromium's words
}

/** @type {Readonly<Record<Device | "both", {it: string, It: string, setting: string, none: string}>>} */
const names = Object.freeze({
  microphone: { it: "le micro", It: "Le micro", setting: "Microphone", none: "Aucun micro sur cet appareil. Branchez-en un" },
  camera: { it: "la caméra", It: "La caméra", setting: "Appareil photo » ou « Caméra", none: "Aucune caméra sur cet appareil. Branchez-en une" },
  both: { it: "le micro et la caméra", It: "L’appareil", setting: "Microphone », puis « Caméra", none: "Ni micro ni caméra sur cet appareil. Branchez-les" },
});

/**
 * Why a device cannot be used and what to do, or nothing if there is no error.
 * @param {Device | "both"} device
 * @param {string} error name of the browser's error, or one of those above; empty for none
 * @param {Agent} agent
 * @param {string} then what to do afterwards, as in "puis rechargez la page"
 */
export function explain(device, error, agent, then) {
  const { it, It, none } = names[device];
  switch (error) {
    case "":
      return "";
    case "NotAllowedError":
      return `Le navigateur n’a pas le droit d’utiliser ${it}. ${inBrowser(device, agent)}, ${then}.`;
    case deniedBySystem:
      return `Cet appareil ne laisse pas le navigateur utiliser ${it}. ${inSystem(device, agent)}, ${then}.`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `${none}, ${then}.`;
    case "NotSupportedError":
      return "Ce navigateur ne donne pas accès au micro ni à la caméra. Vous verrez et entendrez l’autre personne ; essayez un autre navigateur pour lui parler.";
    case mutedByHardware:
      return `${It} ne donne rien : un bouton ou un cache du casque, du clavier ou de l’appareil l’arrête peut-être. Vérifiez-le.`;
    case silent:
      return "Nous n’entendons rien. Le micro est peut-être coupé par un bouton du casque ou du clavier. Parlez plus fort, ou choisissez un autre micro.";
    default:
      return `${It} ne répond pas. Une autre application s’en sert peut-être : fermez-la, ${then}.`;
  }
}

/**
 * How a browser that refuses is told to allow.
 * @param {Device | "both"} device
 * @param {Agent} agent
 */
function inBrowser(device, agent) {
  const { it } = names[device];
  if (agent.system === "ios" && agent.browser !== "safari") return inSystem(device, agent); // there, the system keeps the permissions of each browser
  switch (agent.browser) {
    case "safari":
      if (agent.system === "ios") return `Touchez l’icône de la page dans la barre d’adresse, puis « Réglages du site web », et autorisez ${it}`;
      return `Ouvrez le menu « Safari », « Réglages pour ce site web », et autorisez ${it}`;
    case "firefox":
      return `Touchez l’icône à gauche de l’adresse de la page, retirez le blocage pour ${it}`;
    case "chrome":
    case "edge":
      if (agent.system === "android") return `Touchez l’icône à gauche de l’adresse de la page, puis « Autorisations », et autorisez ${it}`;
      return `Touchez l’icône à gauche de l’adresse de la page, et autorisez ${it}`;
    case "other":
      return `Touchez l’icône à gauche de l’adresse de la page, ou ouvrez les réglages du navigateur, et autorisez ${it}`;
  }
}

/**
 * How a system that refuses is told to allow.
 * @param {Device | "both"} device
 * @param {Agent} agent
 */
function inSystem(device, agent) {
  const { setting } = names[device];
  switch (agent.system) {
    case "windows":
      return `Ouvrez les Paramètres de Windows, « Confidentialité et sécurité », puis « ${setting} », et autorisez les applications de bureau`;
    case "mac":
      return `Ouvrez les Réglages Système du Mac, « Confidentialité et sécurité », puis « ${setting} », autorisez le navigateur et relancez-le`;
    case "android":
      return `Ouvrez les Paramètres du téléphone, « Applications », votre navigateur, « Autorisations », et autorisez « ${setting} »`;
    case "ios":
      return `Ouvrez les Réglages de l’iPhone ou de l’iPad, cherchez votre navigateur, et autorisez « ${setting} »`;
    case "other":
      return `Ouvrez les réglages de l’appareil, « Confidentialité », puis « ${setting} », et autorisez le navigateur`;
  }
}
