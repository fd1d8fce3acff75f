// A button under each password field shows what was typed. Without this script the button stays
// hidden and the field is an ordinary one.

const show = "Afficher le mot de passe";
const hide = "Masquer le mot de passe";

for (const button of document.querySelectorAll("button[data-reveal]")) {
  const field = document.getElementById(button.getAttribute("data-reveal") ?? "");
  const words = button.firstElementChild;
  if (button instanceof HTMLButtonElement && field instanceof HTMLInputElement && words) offer(button, words, field);
}

/**
 * Shows the button. Before the form is sent, the password is hidden again, so that the browser
 * keeps it as a password and not as an ordinary text.
 * @param {HTMLButtonElement} button
 * @param {Element} words
 * @param {HTMLInputElement} field
 */
function offer(button, words, field) {
  button.hidden = false;
  button.addEventListener("click", () => reveal(field.type === "password"));
  field.form?.addEventListener("submit", () => reveal(false));
  addEventListener("pagehide", () => reveal(false));

  /** @param {boolean} shown */
  function reveal(shown) {
    field.type = shown ? "text" : "password";
    words.textContent = shown ? hide : show;
  }
}
