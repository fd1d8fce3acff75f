// When the session ends, the page empties itself, so that nobody who comes to this computer
// afterwards reads it. What was typed is kept by the server for the person alone. While the network
// is away, the page is hidden from the last known end on. Asking for the end of the session does
// not extend it.

const again = 30_000; // after an answer that did not come
const patience = 10_000; // with the server
const longestTimer = 2 ** 31 - 1;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {HTMLFormElement | null} */
let typed = null;
/** When the session ends, as far as the last answer said. */
let endsAt = Infinity;
/** The page while it is hidden. @type {{title: string, className: string, nodes: ChildNode[]} | null} */
let covered = null;

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
    const answer = await fetch("/session", { cache: "no-store", signal: AbortSignal.timeout(patience) });
    if (answer.status === 401) return await empty();
    if (answer.ok) {
      const lasts = 1000 * (await answer.json()).ends_in;
      endsAt = Date.now() + lasts;
      wait = 1000 + lasts;
      uncover();
    }
  } catch { // the network is away
    if (Date.now() >= endsAt) cover();
  }
  timer = setTimeout(() => { void check(); }, Math.min(wait, longestTimer));
}

/** Hides the page while nobody can say whether the session has ended. */
function cover() {
  if (covered) return;
  const { title, body } = document;
  covered = { title, className: body.className, nodes: [...body.childNodes] };
  show("La connexion est coupée", "Votre session est peut-être fermée : cette page est cachée, pour que personne ne la lise. Elle revient avec la connexion.", null);
}

function uncover() {
  if (!covered) return;
  document.title = covered.title;
  document.body.className = covered.className;
  document.body.replaceChildren(...covered.nodes);
  covered = null;
}

async function empty() {
  const kept = await keep();
  covered = null;
  show(
    "Votre session est fermée",
    "Cette page a été vidée, pour que personne ne la lise après vous." + (kept ? " Ce que vous aviez écrit vous attend pendant une demi-heure." : ""),
    kept ? "/reprise" : location.pathname + location.search,
  );
}

/**
 * Shows this alone, below the number to call and the way out, and nothing about anybody.
 * @param {string} heading
 * @param {string} text
 * @param {string | null} back where to go on after signing in; null without the way there
 */
function show(heading, text, back) {
  const title = document.createElement("h1");
  title.textContent = heading;
  title.tabIndex = -1;
  const words = document.createElement("p");
  words.textContent = text;
  const page = document.createElement("div");
  page.className = "page";
  page.append(title, words);
  if (back !== null) {
    const way = document.createElement("p");
    const link = document.createElement("a");
    link.className = "button";
    link.href = `/connexion?suite=${encodeURIComponent(back)}`;
    link.textContent = "Se connecter";
    way.append(link);
    page.append(way);
  }
  const main = document.createElement("main");
  main.id = "contenu";
  main.append(page);
  const bar = document.querySelector(".bar")?.cloneNode(true);
  if (bar instanceof Element) bar.querySelector("nav")?.remove();
  document.title = `${heading} – Social Direct`;
  document.body.className = "";
  document.body.replaceChildren(...(bar ? [bar] : []), main);
  title.focus();
}

/** Has the server keep the form that was being filled in; it is not carried out. */
async function keep() {
  if (!typed || !(typed.isConnected || covered?.nodes.some((each) => each.contains(typed)))) return false;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(typed)) if (typeof value === "string") fields.append(name, value);
  try {
    const path = new URL(typed.action).pathname;
    const answer = await fetch(`/reprise?path=${encodeURIComponent(path)}`, { method: "POST", body: fields, signal: AbortSignal.timeout(patience) });
    return answer.status === 204;
  } catch {
    return false;
  }
}

export {};
