// Keeps an open conversation, or the list of them, up to date. The server notifies
// the page over a socket; the page is then fetched again and only
// what is new goes into it, so that what is being typed stays. Without this
// script everything works: one reloads.

import { pageOf } from "./parse.js";

const firstDelay = 1000;
const longestDelay = 30_000;
const signedOut = 4401;
const replaced = 4409; // by a newer page of the same person

const live = document.querySelector("[data-live]");
if (live instanceof HTMLElement && live.dataset["newest"] !== "false") keepUpToDate(live);

/** Keeps a list or a conversation up to date from now on. @param {HTMLElement} list */
export function keepUpToDate(list) {
  connect(list, 0);
}

/**
 * Connects, and reconnects after a growing random delay, so that not all pages
 * return to a restarted server at the same time.
 * @param {HTMLElement} list
 * @param {number} failures how many tries have failed in a row
 */
function connect(list, failures) {
  const address = new URL("/messages/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  let tries = failures;
  socket.addEventListener("open", () => {
    if (failures > 0) refreshSoon(list); // an event may have been missed
    tries = 0;
  });
  socket.addEventListener("message", (event) => {
    if (concerns(list, event.data)) refreshSoon(list);
  });
  socket.addEventListener("close", (event) => {
    if (event.code === signedOut) {
      document.dispatchEvent(new Event("session-ended"));
      return;
    }
    if (event.code === replaced) {
      whenLookedAt(() => connect(list, 1));
      return;
    }
    const delay = Math.min(longestDelay, firstDelay * 2 ** tries) * (0.5 + Math.random());
    setTimeout(() => connect(list, tries + 1), delay);
  });
}

/**
 * Waits until the page is visible: background pages must not replace each
 * other.
 * @param {() => void} then
 */
function whenLookedAt(then) {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) whenLookedAt(then);
    else then();
  }, { once: true });
}

/**
 * @param {HTMLElement} list
 * @param {unknown} data the server's message
 */
function concerns(list, data) {
  if (typeof data !== "string") return false;
  /** @type {{type?: unknown, conversation?: unknown}} */
  const event = JSON.parse(data);
  const shown = list.dataset["conversation"];
  return event.type === "message" && (shown === undefined || event.conversation === shown);
}

/** @type {Promise<void>} */
let refreshing = Promise.resolve();
let asked = false;

/** Where a list comes from: its page, unless it stands beside something else. @param {HTMLElement} list */
function addressOf(list) {
  return list.dataset["address"] ?? location.pathname;
}

/**
 * Refreshes after the current refresh, and only while the page is visible:
 * fetched messages count as read.
 * @param {HTMLElement} list
 */
export function refreshSoon(list) {
  if (document.hidden) {
    if (!asked) document.addEventListener("visibilitychange", () => { asked = false; refreshSoon(list); }, { once: true });
    asked = true;
    return;
  }
  refreshing = refreshing.then(() => refresh(list)).catch(() => undefined); // the next event, or a reload, repairs it
}

/** @param {HTMLElement} list */
async function refresh(list) {
  const answer = await fetch(addressOf(list), { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = await pageOf(answer);
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return;
  if (list.dataset["live"] === "thread") append(list, fresh);
  else list.replaceChildren(...fresh.children);
}

/**
 * Adds messages that are not shown yet.
 * @param {HTMLElement} list
 * @param {Element} fresh
 */
function append(list, fresh) {
  const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 200;
  const known = new Set([...list.querySelectorAll("[data-message]")].map((item) => item.getAttribute("data-message")));
  const added = [...fresh.querySelectorAll("[data-message]")].filter((item) => !known.has(item.getAttribute("data-message")));
  if (added.length === 0) return;
  list.append(...added);
  document.querySelector("[data-empty]")?.remove();
  const announce = document.querySelector("[data-announce]");
  if (announce) announce.textContent = added.length === 1 ? "Un nouveau message est arrivé." : `${added.length} nouveaux messages sont arrivés.`;
  if (atEnd && !typing()) added.at(-1)?.scrollIntoView({ block: "nearest" });
}

/** Whether a field has the focus: the page then does not scroll. */
function typing() {
  return document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement;
}
