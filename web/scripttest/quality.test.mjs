// What a connection did lately, from the statistics of both families of browsers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LineQuality } from "../static/call/quality.js";

/** A connection whose statistics are these, and that sends a picture of 90 kbit/s at most. */
function connection(...stats) {
  const sender = { track: { kind: "video" }, getParameters: () => ({ encodings: [{ maxBitrate: 90_000 }] }) };
  return { getStats: async () => new Map(stats.map((each) => [each.id, each])), getSenders: () => [sender] };
}

/** A picture for which that many bits a second are left. */
const sent = (targetBitrate) => ({ id: "out", type: "outbound-rtp", kind: "video", targetBitrate });

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

test("an estimate counts only while the picture gets less than it asks for", async () => {
  assert.equal((await new LineQuality(connection(busy, sent(60_000))).measure()).available, 700_000);
  assert.equal((await new LineQuality(connection(busy, sent(90_000))).measure()).available, Infinity);
});

test("after a step down, a report counts once it covers the new step alone", async () => {
  const report = { id: "in", type: "remote-inbound-rtp", kind: "audio", timestamp: 1000, fractionLost: 0.3 };
  const quality = new LineQuality(connection(busy, report));
  const lost = async (timestamp) => {
    report.timestamp = timestamp;
    return (await quality.measure()).lossSent;
  };
  assert.equal(await lost(1000), 0.3);
  assert.equal(await lost(1000), 0.3, "it counts until the next one");
  quality.steppedDown();
  assert.equal(await lost(1000), 0, "made before");
  assert.equal(await lost(6000), 0, "of five seconds, some of them before");
  assert.equal(await lost(11_000), 0.3);
});
