// The words of the verification code can be told apart when they are heard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "../static/call/words.js";

/**
 * What spellings sound like in French, roughly, in this order: vowels that sound alike are
 * one, and so are voiced and unvoiced consonants, which a bad line confuses.
 */
const sounds = [
  ["œ|ë", "e"], ["ç", "s"], ["ï|î", "i"], ["é|è|ê", "E"], ["â|à", "a"], ["ô|ö", "o"], ["û|ù|ü", "u"],
  ["eau|au", "o"], ["ain|ein|aim", "1"], ["oin", "w1"], ["ien", "i1"], ["tion", "sJ"], ["ph", "f"], ["th", "t"], ["ch", "S"], ["rh", "r"], ["qu", "k"],
  ["gu(?=[eEi])", "g"], ["ge(?=[ao])", "j"], ["c(?=[eEiy])", "s"], ["g(?=[eEiy])", "j"], ["c|q", "k"], ["x", "ks"], ["ille?", "y"], ["gn", "n"],
  ["oi", "wa"], ["ou", "U"], ["ai|ei", "E"], ["eu", "e"],
  ["en(?![aeiouyEUn])|em(?=[bp])|an(?![aeiouyEUn])|am(?=[bp])", "2"], ["on(?![aeiouyEUn])|om(?=[bp])", "3"],
  ["in(?![aeiouyEUn])|im(?=[bp])|un(?![aeiouyEUn])|ym(?=[bp])", "1"],
  ["y", "i"], ["z", "s"], ["h", ""], ["w", "v"], ["v", "f"], ["b", "p"], ["d", "t"], ["j", "S"], ["g", "k"],
  ["(.)\\1+", "$1"], ["(er|et|ez)$", "E"], ["e?s?$", ""], ["[tdp]$", ""], ["e", "E"],
].map(([spelling = "", sound = ""]) => ({ spelling: new RegExp(spelling, "g"), sound }));

const sound = (word) => sounds.reduce((heard, each) => heard.replace(each.spelling, each.sound), word);

/** Whether one sound more, less or other makes b of a. */
function nearlyAlike(a, b) {
  if (a.length > b.length) return nearlyAlike(b, a);
  if (b.length - a.length > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return a.slice(a.length === b.length ? same + 1 : same) === b.slice(same + 1);
}

test("eleven bits select one of 2,048 words", () => {
  assert.equal(words.length, 2048);
  assert.equal(new Set(words).size, 2048);
});

test("no two words sound nearly alike", () => {
  assert.ok(nearlyAlike(sound("poire"), sound("foire")) && nearlyAlike(sound("compte"), sound("conte")), "the test hears nothing");
  const heard = words.map(sound);
  const confused = [];
  for (let i = 0; i < heard.length; i++) {
    for (let j = 0; j < i; j++) if (nearlyAlike(heard[i], heard[j])) confused.push(`${words[j]} ${words[i]}`);
  }
  assert.deepEqual(confused, []);
});
