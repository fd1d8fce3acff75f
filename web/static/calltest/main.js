// Starts the test of a call when somebody asks for it, and shows what it finds.

import { Ear, chime } from "../call/sound.js";
import { Page } from "./page.js";
import { Refused, Test } from "./test.js";

const page = new Page();
page.ready();
page.start.addEventListener("click", () => void begin());
page.again.addEventListener("click", () => location.reload());
page.play.addEventListener("click", () => void play());
page.heard.addEventListener("click", () => answer("heard"));
page.unheard.addEventListener("click", () => answer("unheard"));
page.copy.addEventListener("click", () => void page.copyRequest());

async function begin() {
  page.begin();
  const test = new Test(page, new Ear((level) => page.showLevel(level)));
  try {
    await test.run();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    page.refuse(error.message);
  }
}

async function play() {
  page.play.disabled = true;
  await chime();
  page.play.disabled = false;
  page.askHeard();
}

/** @param {"heard" | "unheard"} said */
function answer(said) {
  page.report("speaker", said);
  page.showHeard(said === "heard");
}
