// The worker's week, drawn: on the grid of a desktop an opening is drawn, moved and
// resized with a pointer or from the keyboard. Nothing is decided here: every
// gesture ends in the server's own form, filled with what was drawn, in a dialog.
// Without this script the same forms are pages of their own.

const step = 15; // minutes that a pointer moves by
const stride = 30; // and an arrow key
const least = 60; // an opening lasts an hour at least
const whole = 24 * 60;
const patience = 350; // milliseconds after which a finger that rests draws

const agenda = document.getElementById("agenda");
const desktop = matchMedia("(min-width: 62rem)");
if (agenda) start(agenda);

/**
 * What is being drawn: hours of one of the days shown, and whose they are.
 * @typedef {object} Drawing
 * @property {number} day the day's place in the week
 * @property {number} starts minutes since midnight
 * @property {number} ends
 * @property {HTMLElement | null} opening the item that is moved, null for a new one
 * @property {HTMLButtonElement} ghost what shows it
 */

/** @param {HTMLElement} grid */
function start(grid) {
  const days = [...grid.querySelectorAll(".agenda-day")].filter((d) => d instanceof HTMLElement);
  const columns = days.map((d) => d.querySelector(".agenda-items")).filter((c) => c instanceof HTMLElement);
  const from = 60 * Number(grid.dataset["from"]);
  const until = 60 * Number(grid.dataset["until"]);
  const dialog = makeDialog(grid);
  const { said, begin } = makeTools(grid);
  /** @type {Drawing | null} */
  let drawing = null;

  /** @param {string} words */
  const say = (words) => { said.textContent = words; };

  /** @param {number} day @param {number} starts @param {number} ends @param {HTMLElement | null} opening @returns {Drawing} */
  function draw(day, starts, ends, opening) {
    drop();
    const ghost = document.createElement("button");
    ghost.type = "button";
    ghost.className = "agenda-ghost";
    drawing = { day, starts, ends, opening, ghost };
    place(drawing);
    ghost.addEventListener("keydown", (event) => { if (drawing) onKey(event, drawing); });
    ghost.addEventListener("click", () => { if (drawing) void confirm(drawing); });
    return drawing;
  }

  function drop() {
    drawing?.ghost.remove();
    drawing = null;
  }

  /** Shows the drawing where it is, in the column of its day. @param {Drawing} d */
  function place(d) {
    const column = columns[d.day];
    const day = days[d.day];
    if (!column || !day) return;
    if (d.ghost.parentElement !== column) {
      const focused = document.activeElement === d.ghost;
      column.append(d.ghost);
      if (focused) d.ghost.focus();
    }
    const set = (/** @type {string} */ name, /** @type {number} */ value) => d.ghost.style.setProperty(name, String(value));
    set("--h", Math.floor(d.starts / 60));
    set("--m", d.starts % 60);
    set("--eh", Math.floor(d.ends / 60));
    set("--em", d.ends % 60);
    d.ghost.textContent = `${clock(d.starts)} – ${clock(d.ends)}`;
    d.ghost.setAttribute("aria-label", `${day.dataset["name"]}, de ${clock(d.starts)} à ${clock(d.ends)}. Entrée pour continuer.`);
  }

  /** @param {number} y @param {number} day @returns {number} the minute of the day at that height */
  function minuteAt(y, day) {
    const box = columns[day]?.getBoundingClientRect();
    if (!box || box.height === 0) return from;
    return from + ((y - box.top) / box.height) * (until - from);
  }

  /** @param {number} x @returns {number} the day at that distance from the left */
  function dayAt(x) {
    const found = columns.findIndex((c) => x < c.getBoundingClientRect().right);
    return found < 0 ? columns.length - 1 : found;
  }

  // The keyboard

  /** @param {KeyboardEvent} event @param {Drawing} d */
  function onKey(event, d) {
    if (event.key === "Escape") {
      const back = d.opening?.querySelector("a");
      drop();
      say("Rien n’est changé.");
      if (back instanceof HTMLElement) back.focus(); else begin.focus();
    } else if (nudge(event, d)) {
      place(d);
      say(d.ghost.getAttribute("aria-label") ?? "");
    } else {
      return;
    }
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event @param {Drawing} d @returns {boolean} whether an arrow moved it */
  function nudge(event, d) {
    const down = { ArrowUp: -stride, ArrowDown: stride }[event.key];
    const right = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (down !== undefined && event.shiftKey) {
      d.ends = clamp(d.ends + down, d.starts + least, whole);
    } else if (down !== undefined) {
      const moved = clamp(d.starts + down, 0, whole - (d.ends - d.starts)) - d.starts;
      d.starts += moved;
      d.ends += moved;
    } else if (right !== undefined) {
      d.day = clamp(d.day + right, 0, days.length - 1);
    }
    return down !== undefined || right !== undefined;
  }

  begin.addEventListener("click", () => {
    const today = days.findIndex((d) => d.classList.contains("today"));
    const d = draw(Math.max(0, today), Math.max(from, 9 * 60), Math.max(from, 9 * 60) + least, null);
    d.ghost.focus();
    say(d.ghost.getAttribute("aria-label") ?? "");
  });

  for (const item of grid.querySelectorAll("[data-opening]")) {
    const link = item.querySelector("a");
    if (!(item instanceof HTMLElement) || !link) continue;
    for (const end of ["first", "last"]) {
      const grip = document.createElement("span");
      grip.className = `agenda-grip ${end}`;
      item.append(grip);
    }
    link.draggable = false;
    link.addEventListener("click", (event) => {
      if (!desktop.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!justMoved) void open(link.href, link);
    });
    link.addEventListener("keydown", (event) => {
      if (!desktop.matches || !event.key.startsWith("Arrow")) return;
      const d = draw(dayOf(item), Number(item.dataset["starts"]), Number(item.dataset["ends"]), item);
      d.ghost.focus();
      onKey(event, d);
    });
  }

  for (const link of grid.querySelectorAll(".agenda-add a")) {
    if (!(link instanceof HTMLAnchorElement)) continue;
    link.addEventListener("click", (event) => {
      if (!desktop.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void open(link.href, link);
    });
  }

  /** @param {HTMLElement} item */
  function dayOf(item) {
    return days.findIndex((d) => d.contains(item));
  }

  // The pointer

  let justMoved = false;

  columns.forEach((column, day) => {
    column.addEventListener("pointerdown", (event) => {
      if (!desktop.matches || event.button !== 0 || !(event.target instanceof Element)) return;
      justMoved = false;
      const item = event.target.closest("[data-opening]");
      const onEvent = event.target.closest("li") && !item;
      if (onEvent || event.target.closest(".agenda-ghost")) return;
      const grip = event.target.closest(".agenda-grip");
      if (event.pointerType === "mouse" || grip) {
        if (event.pointerType === "mouse") event.preventDefault();
        follow(event, day, item instanceof HTMLElement ? item : null, grip);
      } else {
        rest(event, () => follow(event, day, item instanceof HTMLElement ? item : null, null));
      }
    });
    column.addEventListener("touchmove", (event) => { if (drawing) event.preventDefault(); }, { passive: false });
    column.addEventListener("contextmenu", (event) => { if (drawing) event.preventDefault(); });
  });

  /** Draws once a finger has rested: before, it scrolls the page. @param {PointerEvent} event @param {() => void} then */
  function rest(event, then) {
    const wait = new AbortController();
    const timer = setTimeout(() => { wait.abort(); then(); }, patience);
    const give = (/** @type {PointerEvent} */ e) => {
      const moved = Math.hypot(e.clientX - event.clientX, e.clientY - event.clientY) > 8;
      if (e.type !== "pointermove" || moved) { clearTimeout(timer); wait.abort(); }
    };
    for (const name of /** @type {const} */ (["pointermove", "pointerup", "pointercancel"])) addEventListener(name, give, { signal: wait.signal });
  }

  /** Follows the pointer until it lets go. @param {PointerEvent} first @param {number} day @param {HTMLElement | null} item @param {Element | null} grip */
  function follow(first, day, item, grip) {
    const at = minuteAt(first.clientY, day);
    const was = item ? { starts: Number(item.dataset["starts"]), ends: Number(item.dataset["ends"]) } : null;
    const over = new AbortController();
    const move = (/** @type {PointerEvent} */ e) => {
      if (!drawing && first.pointerType === "mouse" && Math.abs(e.clientY - first.clientY) + Math.abs(e.clientX - first.clientX) < 6) return;
      const d = drawing ?? draw(day, was?.starts ?? snap(at), was?.ends ?? snap(at) + least, item);
      const now = minuteAt(e.clientY, day);
      if (!was) drag(d, at, now);
      else if (!grip) shift(d, was, now - at, dayAt(e.clientX));
      else if (grip.classList.contains("first")) d.starts = clamp(snap(was.starts + now - at), 0, was.ends - least);
      else d.ends = clamp(snap(was.ends + now - at), was.starts + least, whole);
      place(d);
    };
    const end = (/** @type {PointerEvent} */ e) => {
      over.abort();
      justMoved = drawing !== null && item !== null;
      if (e.type === "pointercancel") drop();
      else if (drawing) void confirm(drawing);
    };
    drop();
    if (first.pointerType !== "mouse") move(first); // the finger sees that it draws now
    addEventListener("pointermove", move, { signal: over.signal });
    addEventListener("pointerup", end, { signal: over.signal });
    addEventListener("pointercancel", end, { signal: over.signal });
    addEventListener("keydown", (e) => { if (e.key === "Escape") { over.abort(); drop(); } }, { signal: over.signal });
  }

  /** A new opening, from where the pointer went down to where it is. @param {Drawing} d @param {number} at @param {number} now */
  function drag(d, at, now) {
    d.starts = clamp(snap(Math.min(at, now)), 0, whole - least);
    d.ends = clamp(snap(Math.max(at, now)), d.starts + least, whole);
  }

  /** @param {Drawing} d @param {{starts: number, ends: number}} was @param {number} by @param {number} day */
  function shift(d, was, by, day) {
    d.starts = clamp(snap(was.starts + by), 0, whole - (was.ends - was.starts));
    d.ends = d.starts + was.ends - was.starts;
    d.day = day;
  }

  // The server's form

  /** Opens the form for what was drawn. @param {Drawing} d */
  async function confirm(d) {
    const day = days[d.day]?.dataset["day"] ?? "";
    const link = d.opening?.querySelector("a");
    const address = new URL(link ? link.href : "/agenda/ouvertures", location.href);
    address.searchParams.set(link ? "to" : "day", day);
    address.searchParams.set("starts", typed(d.starts));
    address.searchParams.set("ends", typed(d.ends));
    await open(address.href, link ?? begin);
  }

  /** @param {string} address @param {HTMLElement} back where the focus returns to */
  async function open(address, back) {
    const answer = await ask(address, { headers: { Accept: "text/html" } });
    if (!answer) {
      location.assign(address);
      return;
    }
    dialog.show(answer, () => { drop(); back.focus(); });
  }
}

/**
 * Asks the server; null when there is no form in its answer.
 * @param {string} address @param {RequestInit} how @returns {Promise<Element | null>}
 */
async function ask(address, how) {
  try {
    const answer = await fetch(address, how);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("plage");
  } catch {
    return null;
  }
}

/** @param {HTMLElement} grid */
function makeDialog(grid) {
  const dialog = document.createElement("dialog");
  dialog.className = "agenda-dialog";
  dialog.setAttribute("aria-label", "Plage d’ouverture");
  const content = document.createElement("div");
  dialog.append(closing(), content);
  grid.after(dialog);
  let after = () => {};
  dialog.addEventListener("close", () => { after(); });
  dialog.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.method === "dialog") return;
    event.preventDefault();
    void send(event.target, event.submitter);
  });

  /** Sends a form of the dialog; what is to be corrected comes back into it. @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
  async function send(form, submitter) {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value));
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", headers: { Accept: "text/html" } });
      if (answer.type === "opaqueredirect") {
        location.reload();
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const again = page.getElementById("plage") ?? page.querySelector("main");
      if (again) fill(again);
    } catch {
      fill(sorry());
    }
  }

  /** @param {Element} with_ */
  function fill(with_) {
    content.replaceChildren(...with_.children);
    dialog.scrollTop = 0;
    const problem = content.querySelector("[role=alert]");
    if (problem instanceof HTMLElement) problem.focus();
  }

  return {
    /** @param {Element} form @param {() => void} then */
    show(form, then) {
      after = then;
      fill(form);
      if (!dialog.open) dialog.showModal();
      const first = content.querySelector("input:not([type=hidden]), select");
      if (first instanceof HTMLElement) first.focus();
    },
  };
}

/** The button that closes the dialog. */
function closing() {
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "agenda-close";
  const button = document.createElement("button");
  button.className = "button second";
  button.textContent = "Fermer";
  form.append(button);
  return form;
}

/** What is said when the server does not answer. */
function sorry() {
  const place = document.createElement("div");
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.tabIndex = -1;
  words.className = "alert";
  words.textContent = "Le serveur ne répond pas. Rien n’est changé : fermez, puis essayez de nouveau.";
  place.append(words);
  return place;
}

/** @param {HTMLElement} grid */
function makeTools(grid) {
  const tools = document.createElement("div");
  tools.className = "agenda-tools";
  const begin = document.createElement("button");
  begin.type = "button";
  begin.className = "button second";
  begin.textContent = "Dessiner une plage au clavier";
  const help = document.createElement("p");
  help.className = "agenda-help quiet";
  help.textContent = "À la souris : glissez sur une heure vide pour ouvrir une plage, déplacez une plage, tirez son bord. Au clavier : les flèches déplacent, Majuscule et une flèche changent la fin, Entrée continue, Échap annule.";
  const said = document.createElement("p");
  said.className = "sr";
  said.setAttribute("role", "status");
  tools.append(begin, help, said);
  grid.before(tools);
  return { begin, said };
}

/** @param {number} minutes */
function snap(minutes) { return Math.round(minutes / step) * step; }

/** @param {number} value @param {number} low @param {number} high */
function clamp(value, low, high) { return Math.min(Math.max(value, low), high); }

/** @param {number} minutes as a time input holds it */
function typed(minutes) {
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** @param {number} minutes as people say it */
function clock(minutes) {
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${String(rest).padStart(2, "0")}` : ""}`;
}
