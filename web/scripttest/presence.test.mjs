// How the other side is there, in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { presenceChange, presenceSign } from "../static/call/presence.js";

const there = { type: "presence", interrupted: false, hidden: false, signing: false, floor: false, captions: false };

test("each change is said, the most urgent first, and none twice", () => {
  assert.equal(presenceChange(there, there, "Zoé"), "");
  assert.match(presenceChange(there, { ...there, hidden: true, interrupted: true }, "Zoé"), /^Zoé n’est plus seul\(e\)/);
  assert.match(presenceChange({ ...there, hidden: true }, there, "Zoé"), /voit et entend de nouveau/);
  assert.match(presenceChange(there, { ...there, interrupted: true }, "Zoé"), /interrompu par le téléphone/);
  assert.match(presenceChange({ ...there, interrupted: true }, there, "Zoé"), /de nouveau libre/);
  assert.match(presenceChange(there, { ...there, signing: true }, "Zoé"), /Langue des signes/);
  assert.match(presenceChange({ ...there, signing: true }, there, "Zoé"), /son passe de nouveau/);
  assert.match(presenceChange(there, { ...there, floor: true }, "Zoé"), /^Zoé prend la parole en signes/);
  assert.match(presenceChange({ ...there, floor: true }, there, "Zoé"), /fini de signer/);
  assert.match(presenceChange(there, { ...there, captions: true }, "Zoé"), /^Zoé lit des sous-titres/);
  assert.match(presenceChange({ ...there, captions: true }, there, "Zoé"), /ne lit plus/);
});

test("the sign beside the name says what matters most", () => {
  assert.equal(presenceSign(null, null), "");
  assert.equal(presenceSign(there, { audio: true }), "");
  assert.equal(presenceSign(there, { audio: false }), ", micro coupé");
  assert.match(presenceSign({ ...there, interrupted: true }, { audio: false }), /interrompu/);
  assert.match(presenceSign({ ...there, hidden: true, interrupted: true }, { audio: false }), /plus seul/);
});
