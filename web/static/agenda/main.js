// The worker's week, drawn: on the grid of a desktop an opening is drawn, moved and
// resized with a pointer or from the keyboard. Nothing is decided here: every
// gesture ends in the server's own form, filled with what was drawn, in a dialog.
// Without this script the same forms are pages of their own.

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
