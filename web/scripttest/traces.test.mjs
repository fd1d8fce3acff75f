// The ladder on what real browsers measured of slow lines: traces/ says how they were recorded.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { after, beginning, statistics, talking } from "../static/call/ladder.js";
import { LineQuality } from "../static/call/quality.js";

const traces = new URL("traces/", import.meta.url);

/** When a line was slowed down, after the first window, in milliseconds; what fits is found this long after. */
const settles = 22_000;

/** The step that fits each line, by the first part of its trace's name. @type {Record<string, number>} */
const fitting = { 1200: 1, 450: 2, 200: 3, 64: 4 };

/**
 * The state of the ladder after each window of a trace.
 * @param {{at: number, asked: number, stats: any[]}[]} windows
 */
async function replay(windows) {
  /** @type {any} */
  const connection = {};
  const quality = new LineQuality(connection);
  const states = [beginning(windows[0]?.at ?? 0)];
  for (const { at, asked, stats } of windows) {
    connection.getStats = async () => new Map(stats.map((each) => [each.id, each]));
    connection.getSenders = () => [{ track: { kind: "video" }, getParameters: () => ({ encodings: [{ maxBitrate: asked }] }) }];
    const seen = await quality.measure(), state = states.at(-1);
    if (seen && state) states.push(after(talking, state, statistics(talking, state, seen, at, true)));
  }
  return states;
}

for (const file of readdirSync(traces).filter((each) => each.endsWith(".jsonl"))) {
  const [width = ""] = file.split("-");
  test(`${file}: the step that fits is found, and left for climbs of two windows`, async () => {
    const windows = readFileSync(new URL(file, traces), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    const states = await replay(windows);
    const step = fitting[width] ?? NaN, from = (windows[0]?.at ?? 0) + settles;
    const settled = states.slice(1).filter((_, i) => windows[i].at >= from).map((each) => each.step);
    assert.ok(settled.length >= 10, `${settled.length} windows`);
    const away = settled.reduce(({ most, now }, each) => ({ now: each === step ? 0 : now + 1, most: Math.max(most, each === step ? 0 : now + 1) }), { most: 0, now: 0 });
    assert.ok(settled.every((each) => each === step || each === step - 1) && away.most <= 3, `steps ${states.map((each) => each.step)}`);
  });
}
