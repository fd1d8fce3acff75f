// The running demonstration, as the Go test that starts these tests describes it:
// SOCIALDIRECT_DEMO names its demo.json, SOCIALDIRECT_CODES returns unused
// one-time codes, SOCIALDIRECT_WEEK and SOCIALDIRECT_FAR_WEEK are future
// weeks, by its clock.

import { readFileSync } from "node:fs";

/**
 * @typedef {{role: string, email: string, password: string, totp_secret?: string}} Account
 * @type {{url: string, connection_code: string, accounts: Account[]}}
 */
export const demo = JSON.parse(readFileSync(env("SOCIALDIRECT_DEMO"), "utf8"));

/** Timeout of one step on a busy machine, in milliseconds. */
export const patience = 40_000;

/**
 * A variable of the Go test.
 * @param {string} name
 */
export function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: go test ./e2e runs these tests`);
  return value;
}

/**
 * The first account of a role, or the one whose address has that prefix.
 * @param {string} who
 * @returns {Account}
 */
export function account(who) {
  const found = demo.accounts.find((each) => each.role === who || each.email.startsWith(`${who}@`));
  if (!found) throw new Error(`the demonstration has no ${who}`);
  return found;
}

/**
 * A one-time code that was not used yet; the next one is available within half a minute.
 * @param {string} secret
 * @returns {Promise<string>}
 */
export function codeFor(secret) {
  return await_("a one-time code that was not used", async () => {
    const answer = await fetch(`${env("SOCIALDIRECT_CODES")}/${secret}`);
    return answer.ok && answer.text();
  }, 120_000);
}

/**
 * Polls until ready returns something true, and returns it.
 * @template T
 * @param {string} what the condition, for the failure message
 * @param {() => Promise<T> | T} ready
 * @param {number} [limit] milliseconds
 */
export async function await_(what, ready, limit = patience) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await ready();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${limit / 1000} s`);
    await new Promise((again) => setTimeout(again, 50));
  }
}
