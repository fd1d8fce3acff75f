// The worker's week: on a desktop, openings are drawn on the grid, moved and
// resized with a pointer or from the keyboard. Every
// gesture ends in the server's own form, filled with what was drawn, in a dialog.
// Without this script, the same forms are separate pages.

import { drawByKeyboard } from "./keyboard.js";
import { openInPlace } from "./links.js";
import { drawByPointer } from "./pointer.js";
import { Week } from "./week.js";

const agenda = document.getElementById("agenda");
if (agenda) {
  const week = new Week(agenda);
  drawByPointer(week);
  drawByKeyboard(week);
  openInPlace(week);
}
