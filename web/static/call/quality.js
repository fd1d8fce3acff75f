// The quality of the connection, as text, from its statistics.

/** @typedef {"good" | "fair" | "weak"} Level */

/** @type {Readonly<Record<Level, string>>} */
export const levels = Object.freeze({ good: "Connexion bonne", fair: "Connexion moyenne", weak: "Connexion faible" });

/** Watches one connection; each measurement covers the time since the previous one. */
export class LineQuality {
  #connection;
  #received = 0;
  #lost = 0;

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /** @returns {Promise<Level | null>} null while nothing is received */
  async measure() {
    /** @type {Map<string, any>} */
    const report = new Map(await this.#connection.getStats());
    const stats = [...report.values()];
    const pair = stats.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
    if (!pair) return null;
    const sent = stats.filter((each) => each.type === "remote-inbound-rtp");
    const loss = Math.max(this.#lossReceived(stats), ...sent.map((each) => each.fractionLost ?? 0));
    // Firefox hardly ever measures the pair itself while a call goes on.
    const roundTrip = Math.max(pair.currentRoundTripTime ?? 0, ...sent.map((each) => each.roundTripTime ?? 0));
    return grade(loss, roundTrip);
  }

  /** @param {any[]} stats */
  #lossReceived(stats) {
    const inbound = stats.filter((each) => each.type === "inbound-rtp");
    const received = total(inbound, "packetsReceived");
    const lost = total(inbound, "packetsLost");
    const newlyLost = Math.max(0, lost - this.#lost);
    const expected = Math.max(0, received - this.#received) + newlyLost;
    this.#received = received;
    this.#lost = lost;
    return expected === 0 ? 0 : newlyLost / expected;
  }
}

/**
 * @param {any[]} stats
 * @param {string} field
 */
function total(stats, field) {
  return stats.reduce((sum, each) => sum + (each[field] ?? 0), 0);
}

/**
 * @param {number} loss share of packets lost
 * @param {number} roundTrip seconds
 * @returns {Level}
 */
function grade(loss, roundTrip) {
  if (loss > 0.1 || roundTrip > 0.8) return "weak";
  if (loss > 0.03 || roundTrip > 0.4) return "fair";
  return "good";
}
