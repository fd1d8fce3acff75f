// Asks the browser for microphone and camera. Some browsers never answer although the person
// has said yes: they are asked once more. Nobody is hurried while the question is open, which
// only a browser that tells of its permissions can show.

/** How long a device may take to open once it was allowed, in milliseconds. */
const hangsAfter = 10_000;

/**
 * What asking needs of a browser.
 * @typedef {object} Browser
 * @property {(wanted: MediaStreamConstraints) => Promise<MediaStream>} open
 * @property {(kinds: string[]) => Promise<unknown>} allowed resolves once all of "audio" and "video" are allowed; never, where the browser does not tell
 * @property {(span: number) => Promise<unknown>} wait
 */

/** @type {Browser} */
const thisBrowser = {
  open: (wanted) => navigator.mediaDevices.getUserMedia(wanted),
  allowed: (kinds) => Promise.all(kinds.map(granted)),
  wait: (span) => new Promise((over) => setTimeout(over, span)),
};

/**
 * Opens devices; rejects with the browser's error.
 * @param {MediaStreamConstraints} wanted
 * @param {Browser} [browser]
 */
export async function ask(wanted, browser = thisBrowser) {
  let answered = false;
  const first = browser.open(wanted);
  const again = browser.allowed(Object.keys(wanted)).then(() => browser.wait(hangsAfter)).then(() => (answered ? first : browser.open(wanted)));
  /** @type {MediaStream | null} */
  let found = null;
  try {
    return found = await Promise.race([first, again]);
  } finally {
    answered = true;
    for (const each of [first, again]) each.then((stream) => stream !== found && stop(stream), () => undefined);
  }
}

/** The answer that came too late. @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** Resolves once a kind of device is allowed. @param {string} kind "audio" or "video" */
async function granted(kind) {
  const status = await permission(kind === "audio" ? "microphone" : "camera");
  if (status?.state === "granted") return;
  await new Promise((yes) => status?.addEventListener("change", () => status.state === "granted" && yes(undefined)));
}

/** @param {string} name */
async function permission(name) {
  try {
    return await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) });
  } catch {
    return null; // this browser does not tell
  }
}
