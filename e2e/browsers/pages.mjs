// The main pages: the public ones, and those to which the first page of each
// role links.

import { headFits } from "./fit.mjs";
import { phone } from "./person.mjs";
import { account } from "./platform.mjs";

const publicPages = [
  "/", "/comment-ca-marche", "/qui-sommes-nous", "/conditions", "/confidentialite", "/mentions-legales", "/accessibilite", "/cookies", "/vos-droits",
  "/inscription", "/inscription/renvoi", "/connexion", "/connexion/sms", "/mot-de-passe/oubli", "/test-appel", "/c/chantiers-du-ponant", "/nulle-part",
];

/** The roles, and a text on their first page. */
const people = {
  "paul.hoarau": "Avec qui voulez-vous parler",
  "ines.robert": "Semaine du",
  standard: "Standard",
  "jeanne.kervella": "Codes",
  "claire.morvan": "Entreprises",
  "hugo.lemaire": "Protection des données",
};

/** Maximum number of pages that are checked per role. */
const most = 14;

/**
 * Checks each page on a desktop and on a phone: nothing is wider than the window, and
 * no script reports an error.
 * @param {(name: string) => Promise<import("./person.mjs").Person>} sit opens a window without history
 */
export async function lookAround(sit) {
  const visitor = await sit("a visitor");
  await look(visitor, publicPages);
  await seesWhatIsRefused(visitor);
  await headFits(visitor);
  for (const [who, home] of Object.entries(people)) {
    const person = await sit(who);
    await person.resize(1280);
    await person.signIn(account(who), home);
    await headFits(person);
    await look(person, await nearby(person));
    await person.open("/profil");
    await person.window.click('form[action="/deconnexion"] button');
    await person.sees("Votre session est fermée");
    person.sound();
  }
}

/**
 * A refused form shows what is to be corrected, gives it the focus and says so in the
 * title; a link of the summary focuses a field.
 * @param {import("./person.mjs").Person} person
 */
async function seesWhatIsRefused(person) {
  await person.open("/inscription");
  await person.press("Créer mon compte", "sont à corriger");
  await person.until("gets the focus on the summary, in view", () => {
    const summary = document.activeElement, box = summary?.getBoundingClientRect();
    return summary?.id === "erreurs" && box !== undefined && box.top >= 0 && box.top < innerHeight && document.title.startsWith("Erreur");
  });
  await person.click("#erreurs li:last-child a");
  await person.until("focuses a field by its message", () => {
    const target = document.querySelector("#erreurs li:last-child a")?.getAttribute("href");
    return document.activeElement !== null && `#${document.activeElement.id}` === target;
  });
}

/**
 * @param {import("./person.mjs").Person} person
 * @param {string[]} paths
 */
async function look(person, paths) {
  for (const path of paths) {
    await person.resize(1280);
    await person.open(path);
    await person.resize(phone);
    await person.check();
  }
  person.sound();
}

/**
 * The targets of the current page's links, one page of each kind.
 * @param {import("./person.mjs").Person} person
 * @returns {Promise<string[]>}
 */
function nearby(person) {
  return person.ask((limit) => {
    /** @type {Map<string, string>} */
    const kinds = new Map();
    for (const link of document.querySelectorAll('.bar nav a[href^="/"], main a[href^="/"]')) {
      const { pathname, search } = new URL(link.href);
      const kind = pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "*");
      if (!kinds.has(kind) && !/\.|\/documents\//.test(pathname)) kinds.set(kind, pathname + search);
    }
    return [...kinds.values()].slice(0, limit);
  }, most);
}
