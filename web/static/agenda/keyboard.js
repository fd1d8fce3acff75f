// The week with the keyboard: arrows move the drawing, Enter opens the form (the
// drawing is a button), Escape discards it.

import { nudged, shortest } from "./hours.js";

/** @typedef {import("./week.js").Week} Week */

const nine = 9 * 60;

/** @param {Week} week */
export function drawByKeyboard(week) {
  const { grid } = week;
  week.begin.addEventListener("click", () => {
    const drawing = week.draw(shortest(grid.today, Math.max(grid.from, nine)), null);
    drawing.ghost.focus();
    week.say(drawing.words);
  });
  for (const item of grid.openings) {
    item.querySelector("a")?.addEventListener("keydown", (event) => {
      if (!grid.drawable || !event.key.startsWith("Arrow")) return;
      week.draw(grid.hoursOf(item), item).ghost.focus();
      press(week, event);
    });
  }
  grid.element.addEventListener("keydown", (event) => {
    if (event.target === week.drawing?.ghost) press(week, event);
  });
}

/** @param {Week} week @param {KeyboardEvent} event */
function press(week, event) {
  const { drawing, grid } = week;
  if (!drawing) return;
  const hours = nudged(drawing.hours, event.key, event.shiftKey, grid.length);
  if (hours) {
    drawing.show(hours);
    week.say(drawing.words);
  } else if (event.key === "Escape") {
    const back = drawing.link ?? week.begin;
    week.drop();
    week.say("Rien n’est changé.");
    back.focus();
  } else {
    return;
  }
  event.preventDefault();
}
