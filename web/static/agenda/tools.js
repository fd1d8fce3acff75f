// The tools above the grid: the button that draws from the keyboard, how to draw,
// and announcements for screen readers.

export class Tools {
  #said;

  /** @param {HTMLElement} grid */
  constructor(grid) {
    this.begin = document.createElement("button");
    this.begin.type = "button";
    this.begin.className = "button second";
    this.begin.textContent = "Dessiner une plage au clavier";
    const help = document.createElement("p");
    help.className = "agenda-help quiet";
    help.textContent = "À la souris : glissez sur une heure vide pour ouvrir une plage, déplacez une plage, tirez son bord. Au clavier : les flèches déplacent, Majuscule et une flèche changent la fin, Entrée continue, Échap annule.";
    this.#said = document.createElement("p");
    this.#said.className = "sr";
    this.#said.setAttribute("role", "status");
    const tools = document.createElement("div");
    tools.className = "agenda-tools";
    tools.append(this.begin, help, this.#said);
    grid.before(tools);
  }

  /** @param {string} words */
  say(words) { this.#said.textContent = words; }
}
