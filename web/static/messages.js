// Keeps an open conversation, or the list of them, as it is now. The server tells
// over a socket that something is new; the page is then fetched again and only
// what is new goes into it, so that what is being typed stays. Without this
// script everything works: one reloads.

const firstDelay = 1000;
const longestDelay = 30_000;
const signedOut = 4401;
const replaced = 4409; // by newer pages of the same person

const live = document.querySelector("[data-live]");
if (live instanceof HTMLElement && live.dataset["newest"] !== "false") {
  connect(live, 0);
}

/**
 * Listens, and comes back by itself, each time after a longer and uneven while:
 * a server that restarts does not meet everybody at once.
 * @param {HTMLElement} list
 * @param {number} failures how many tries have failed in a row
 */
function connect(list, failures) {
  const address = new URL("/messages/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  let tries = failures;
  socket.addEventListener("open", () => {
    if (failures > 0) refreshSoon(list); // something may have been missed
    tries = 0;
  });
  socket.addEventListener("message", (event) => {
    if (concerns(list, event.data)) refreshSoon(list);
  });
  socket.addEventListener("close", (event) => {
    if (event.code === signedOut) return;
    if (event.code === replaced) {
      whenLookedAt(() => connect(list, 1));
      return;
    }
    const delay = Math.min(longestDelay, firstDelay * 2 ** tries) * (0.5 + Math.random());
    setTimeout(() => connect(list, tries + 1), delay);
  });
}

/**
 * Waits until somebody comes back to the page: pages that lie open behind others
 * do not take each other's place.
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
 * @param {unknown} data what the server said
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

/**
 * Refreshes once the one under way has ended, and not before somebody looks:
 * what is fetched counts as read.
 * @param {HTMLElement} list
 */
function refreshSoon(list) {
  if (document.hidden) {
    if (!asked) document.addEventListener("visibilitychange", () => { asked = false; refreshSoon(list); }, { once: true });
    asked = true;
    return;
  }
  refreshing = refreshing.then(() => refresh(list)).catch(() => undefined); // the next event, or a reload, mends it
}

/** @param {HTMLElement} list */
async function refresh(list) {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return;
  if (list.dataset["live"] === "thread") append(list, fresh);
  else list.replaceChildren(...fresh.children);
}

/**
 * Adds the messages that are not there yet.
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

/** Whether the person is in a field: the page then does not move. */
function typing() {
  return document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement;
}
