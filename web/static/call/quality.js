// What a connection did lately, from the browser's statistics: for the ladder, and in words.

/** @typedef {"good" | "fair" | "weak"} Level */

/** @type {Readonly<Record<Level, string>>} */
export const levels = Object.freeze({ good: "Connexion bonne", fair: "Connexion moyenne", weak: "Connexion faible" });

/**
 * @typedef {object} Measurement
 * @property {number} lossSent share of packets that did not reach the other side
 * @property {number} lossReceived share of packets that did not reach this side
 * @property {number} roundTrip milliseconds
 * @property {number | null} available bits a second that can be sent, where the browser says it; Infinity while the picture gets all it asks for
 * @property {number} received bytes of media since the measurement before
 */

/** The share of what a picture asks for that is as good as all of it. */
const all = 0.95;

/** Watches one connection; each measurement covers the time since the previous one. */
export class LineQuality {
  #connection;
  #received = 0;
  #lost = 0;
  #bytes = 0;
  /** When the other side's last report of each stream came, and how many came since the last step down. @type {Map<string, {at: number, news: number}>} */
  #reports = new Map();

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /** @returns {Promise<Measurement | null>} null while nothing connects the two sides */
  async measure() {
    /** @type {Map<string, any>} */
    const report = new Map(await this.#connection.getStats());
    const stats = [...report.values()];
    const pair = selectedPair(report);
    if (!pair) return null;
    const sent = stats.filter((each) => each.type === "remote-inbound-rtp" && this.#counts(each));
    const inbound = stats.filter((each) => each.type === "inbound-rtp");
    return {
      lossSent: Math.max(0, ...sent.map((each) => each.fractionLost ?? 0)),
      lossReceived: this.#lossReceived(inbound),
      // Firefox hardly ever measures the pair itself while a call goes on.
      roundTrip: 1000 * Math.max(pair.currentRoundTripTime ?? 0, ...sent.map((each) => each.roundTripTime ?? 0)),
      available: this.#granted(stats) ? Infinity : pair.availableOutgoingBitrate ?? null,
      received: this.#bytesReceived(inbound),
    };
  }

  /**
   * Less is sent from now on. What the other side reported so far, and its next report of each
   * stream, tell of the step that was left: a report covers the time since the one before it,
   * which is seconds for the voice.
   */
  steppedDown() {
    for (const report of this.#reports.values()) report.news = 0;
  }

  /**
   * Whether a report of the other side covers the present step alone.
   * @param {any} report
   */
  #counts({ id, timestamp }) {
    const last = this.#reports.get(id) ?? { at: 0, news: 2 };
    if (timestamp !== last.at) this.#reports.set(id, { at: timestamp, news: last.news + 1 });
    return (this.#reports.get(id)?.news ?? 0) >= 2;
  }

  /**
   * Whether the picture gets all it asks for. The estimate of what can be sent hardly exceeds
   * what is sent, and would never let a small picture grow.
   * @param {any[]} stats
   */
  #granted(stats) {
    const sender = this.#connection.getSenders().find((each) => each.track?.kind === "video");
    const asked = sender?.getParameters().encodings?.[0]?.maxBitrate;
    const target = stats.find((each) => each.type === "outbound-rtp" && each.kind === "video")?.targetBitrate;
    return asked !== undefined && target !== undefined && target >= all * asked;
  }

  /** @param {any[]} inbound */
  #lossReceived(inbound) {
    const received = total(inbound, "packetsReceived");
    const lost = total(inbound, "packetsLost");
    const newlyLost = Math.max(0, lost - this.#lost);
    const expected = Math.max(0, received - this.#received) + newlyLost;
    this.#received = received;
    this.#lost = lost;
    return expected === 0 ? 0 : newlyLost / expected;
  }

  /** @param {any[]} inbound */
  #bytesReceived(inbound) {
    const bytes = total(inbound, "bytesReceived");
    const lately = Math.max(0, bytes - this.#bytes);
    this.#bytes = bytes;
    return lately;
  }
}

/**
 * The candidate pair that carries the call, undefined while there is none. Several may be
 * nominated, and one that is being checked again is not "succeeded": the transport names it
 * (webrtc-stats, selectedCandidatePairId), or, in Firefox, the pair itself.
 * @param {Map<string, any>} report
 */
function selectedPair(report) {
  const stats = [...report.values()];
  const transport = stats.find((each) => each.type === "transport" && each.selectedCandidatePairId);
  if (transport) return report.get(transport.selectedCandidatePairId);
  const pairs = stats.filter((each) => each.type === "candidate-pair" && each.nominated);
  return pairs.find((each) => each.selected) ?? pairs.sort((a, b) => (b.bytesSent ?? 0) - (a.bytesSent ?? 0))[0];
}

/**
 * @param {any[]} stats
 * @param {string} field
 */
function total(stats, field) {
  return stats.reduce((sum, each) => sum + (each[field] ?? 0), 0);
}

/**
 * @param {Measurement} seen
 * @returns {Level}
 */
export function grade({ lossSent, lossReceived, roundTrip }) {
  const loss = Math.max(lossSent, lossReceived);
  if (loss > 0.1 || roundTrip > 800) return "weak";
  if (loss > 0.03 || roundTrip > 400) return "fair";
  return "good";
}
