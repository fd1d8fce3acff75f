// Quick exit: the page is replaced by a neutral one, and going back does
// not return here. Without this script the link is an ordinary one.

const presses = 3;
const within = 2000; // milliseconds

const exit = document.querySelector("a.exit");
if (exit instanceof HTMLAnchorElement) {
  const { href } = exit;
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave(href);
  });
  onRepeatedEscape(() => leave(href));
}

/** @param {string} href the neutral page */
function leave(href) {
  document.documentElement.hidden = true; // at once, even on a slow connection
  location.replace(href);
}

/** @param {() => void} act called when Escape is pressed often enough, fast enough */
function onRepeatedEscape(act) {
  /** @type {number[]} */
  let times = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    times = [...times, event.timeStamp].slice(-presses);
    const [first = 0] = times;
    if (times.length === presses && event.timeStamp - first <= within) act();
  });
}
