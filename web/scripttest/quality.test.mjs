// What a connection did lately, from the statistics of both families of browsers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LineQuality } from "../static/call/quality.js";

/** A connection whose statistics are these. */
function connection(...stats) {
  return { getStats: async () => new Map(stats.map((each) => [each.id, each])) };
}

const idle = { id: "idle", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.9, bytesSent: 3987 };
const busy = { id: "busy", type: "candidate-pair", nominated: true, state: "in-progress", currentRoundTripTime: 0.05, bytesSent: 400_000, availableOutgoingBitrate: 700_000 };

test("the pair that the transport names is measured, however many are nominated", async () => {
  const seen = await new LineQuality(connection(idle, busy, { id: "t", type: "transport", selectedCandidatePairId: "busy" })).measure();
  assert.equal(seen.available, 700_000);
  assert.equal(seen.roundTrip, 50);
});

test("in Firefox the pair itself says that it is selected", async () => {
  const seen = await new LineQuality(connection(idle, { ...busy, bytesSent: 0, selected: true })).measure();
  assert.equal(seen.roundTrip, 50);
});

test("where nothing says it, the pair that carried most is measured", async () => {
  const seen = await new LineQuality(connection(idle, busy)).measure();
  assert.equal(seen.roundTrip, 50);
});

test("nothing is measured while nothing connects the two sides", async () => {
  assert.equal(await new LineQuality(connection({ ...busy, nominated: false })).measure(), null);
});
