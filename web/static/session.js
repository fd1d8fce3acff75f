// When the session ends, the page empties itself, so that nobody who comes to this computer
// afterwards reads it. What was typed is kept by the server for the person alone. Asking for the
// end of the session does not extend it.

const again = 30_000; // after an answer that did not come
const longestTimer = 2 ** 31 - 1;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {HTMLFormElement | null} */
let typed = null;

document.addEventListener("input", (event) => {
  if (event.target instanceof Element) typed = event.target.closest("form[method=post]");
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) void check(); });
window.addEventListener("pageshow", (event) => { if (event.persisted) void check(); });
document.addEventListener("session-ended", () => { void check(); });
void check();

/** Asks how long the session lasts, and asks again at its end: another page may have used it. */
async function check() {
  clearTimeout(timer);
  let wait = again;
  try {
    const answer = await fetch("/session", { cache: "no-store" });
    if (answer.status === 401) return await empty();
    if (answer.ok) wait = 1000 + 1000 * (await answer.json()).ends_in;
  } catch {
    // the network is away: nobody knows
  }
  timer = setTimeout(() => { void check(); }, Math.min(wait, longestTimer));
}

async function empty() {
  const kept = await keep();
  const back = kept ? "/reprise" : location.pathname + location.search;
  const title = document.createElement("h1");
  title.textContent = "Votre session est fermée";
  title.tabIndex = -1;
  const words = document.createElement("p");
  words.textContent = "Cette page a été vidée, pour que personne ne la lise après vous."
    + (kept ? " Ce que vous aviez écrit vous attend pendant une demi-heure." : "");
  const way = document.createElement("p");
  const link = document.createElement("a");
  link.className = "button";
  link.href = `/connexion?suite=${encodeURIComponent(back)}`;
  link.textContent = "Se connecter";
  way.append(link);
  const page = document.createElement("div");
  page.className = "page";
  page.append(title, words, way);
  const main = document.createElement("main");
  main.id = "contenu";
  main.append(page);
  const bar = document.querySelector(".bar"); // the number to call and the way out, and nothing about anybody
  bar?.querySelector("nav")?.remove();
  document.title = "Session fermée – Social Direct";
  document.body.className = "";
  document.body.replaceChildren(...(bar ? [bar] : []), main);
  title.focus();
}

/** Has the server keep the form that was being filled in; it is not carried out. */
async function keep() {
  if (!typed?.isConnected) return false;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(typed)) if (typeof value === "string") fields.append(name, value);
  try {
    const path = new URL(typed.action).pathname;
    const answer = await fetch(`/reprise?path=${encodeURIComponent(path)}`, { method: "POST", body: fields });
    return answer.status === 204;
  } catch {
    return false;
  }
}

export {};
