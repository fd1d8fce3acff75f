// The grid's links: if the week is shown as a grid, they open in the dialog.

/** @typedef {import("./week.js").Week} Week */

/** @param {Week} week */
export function openInPlace(week) {
  for (const item of week.grid.openings) {
    const link = item.querySelector("a");
    if (link) open(week, link, () => !week.moved);
  }
  for (const link of week.grid.additions) open(week, link, () => true);
}

/** @param {Week} week @param {HTMLAnchorElement} link @param {() => boolean} meant whether a click is intended */
function open(week, link, meant) {
  link.addEventListener("click", (event) => {
    if (!week.grid.drawable || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (meant()) void week.open(link.href, link);
  });
}
