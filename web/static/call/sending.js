// Applies a step of the ladder to what a connection sends. Senders keep one encoding: with
// two people there is nobody to send another one to.

/** @typedef {import("./ladder.js").Picture} Picture */

/** Opus with little on the line: in-band error correction and silence that is not sent stay on. */
const leanVoice = 16_000;
/** Pictures a second of a screen at each step: its size stays legible. */
const screenRates = [15, 8, 4, 2];

/**
 * @param {RTCRtpSender} sender
 * @param {boolean} lean whether as little as possible is sent
 * @param {"high" | "low"} priority
 */
export async function tuneVoice(sender, lean, priority) {
  await change(sender, (encoding, codecs) => {
    encoding.priority = encoding.networkPriority = priority;
    if (lean) encoding.maxBitrate = leanVoice;
    else delete encoding.maxBitrate;
    const redundant = codecs.find((each) => each.mimeType.toLowerCase() === "audio/red");
    if (redundant && !lean) encoding.codec = redundant; // a copy of each packet in the next one
    else delete encoding.codec; // Opus, the first one: Chromium refuses its name once its parameters were changed
  });
}

/**
 * @param {RTCRtpSender} sender
 * @param {Picture} picture
 * @param {number} step
 * @param {boolean} screen whether a screen is shown: a picture whose size matters more than its rate
 */
export async function tunePicture(sender, picture, step, screen) {
  const { width = 0, height = 0 } = sender.track?.getSettings() ?? {};
  const shorter = Math.min(width, height);
  await change(sender, (encoding) => {
    encoding.maxBitrate = picture.bitrate;
    encoding.maxFramerate = screen ? screenRates[Math.min(step, screenRates.length - 1)] ?? 2 : picture.rate;
    encoding.scaleResolutionDownBy = screen ? 1 : Math.max(1, shorter / picture.height);
  }, screen ? "maintain-resolution" : "maintain-framerate");
}

/**
 * Changes the only encoding, always from fresh parameters (a stale set is refused).
 * @param {RTCRtpSender} sender
 * @param {(encoding: any, codecs: RTCRtpCodecParameters[]) => void} edit
 * @param {string} [preference] what to keep when the line or the processor is short
 */
async function change(sender, edit, preference) {
  /** @type {any} */
  const parameters = sender.getParameters();
  if (!parameters.encodings?.[0]) return; // nothing is negotiated yet
  edit(parameters.encodings[0], parameters.codecs ?? []);
  if (preference) parameters.degradationPreference = preference;
  await sender.setParameters(parameters).catch(() => undefined); // an older browser refuses a member it does not know: the encoding stays as it was
}

/**
 * The description with silence not sent (DTX) and error correction in Opus's packets: what the
 * other side asks for is what this side sends (RFC 7587, 6.1).
 * @param {RTCSessionDescriptionInit} description
 * @returns {RTCSessionDescriptionInit}
 */
export function sparing(description) {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2\s*$/im.exec(description.sdp ?? "")?.[1];
  if (!opus) return description;
  const asked = new RegExp(`^(a=fmtp:${opus} )(.*)$`, "im");
  const sdp = (description.sdp ?? "").replace(asked, (_, head, parameters) => {
    const kept = parameters.trim().split(";").filter((/** @type {string} */ each) => !/^\s*use(dtx|inbandfec)=/i.test(each));
    return head + [...kept, "useinbandfec=1", "usedtx=1"].join(";");
  });
  return { type: description.type, sdp };
}
