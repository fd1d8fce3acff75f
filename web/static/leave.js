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
  onRepeatedEscape(presses, () => leave(href));
}

/** @param {string} href the neutral page */
function leave(href) {
  document.documentElement.hidden = true; // at once, even on a slow connection
  location.replace(href);
}

/**
 * Escape types nothing, so that it can be pressed anywhere.
 * @param {number} presses
 * @param {() => void} act called when Escape is pressed that often, fast enough
 */
export function onRepeatedEscape(presses, act) {
  /** @type {number[]} */
  let times = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    times = [...times, event.timeStamp].slice(-presses);
    const [first = 0] = times;
    if (times.length === presses && event.timeStamp - first <= within) act();
  });
}
