// The steps of the ladder in words, for who steps and for the other side.

import { ends, signing, talking } from "./ladder.js";

const { ownOff, bothOff, telephone } = ends(talking);

/** Where, for signs, the sound goes and the picture stays. */
const soundOff = signing.pictures.findIndex((each) => each.voice === 0);

/**
 * @param {number} step
 * @param {number} before
 * @param {string} name the other person's
 * @param {boolean} [signs] whether the picture comes before the sound
 */
export function ownStep(step, before, name, signs = false) {
  if (signs && step < ownOff && before < ownOff) return signedStep(step, before);
  if (step >= telephone) return "La connexion ne porte presque plus rien. Si la voix se coupe, continuez par téléphone.";
  if (step > before) {
    if (step === bothOff) return `La connexion est trop faible pour l’image de ${name}. La voix reste.`;
    if (step === ownOff) return "La connexion est trop faible pour votre image. La voix reste.";
    return "La connexion faiblit. Votre image est plus petite, pour garder la voix.";
  }
  if (before >= bothOff && step >= ownOff) return `La connexion va mieux. L’image de ${name} revient.`;
  if (before >= ownOff) return "La connexion va mieux. Votre image revient.";
  return "La connexion va mieux. Votre image est plus nette.";
}

/**
 * @param {number} step
 * @param {number} before
 */
function signedStep(step, before) {
  if (step === soundOff) return "La connexion faiblit. Votre son est coupé, pour que les gestes restent lisibles.";
  if (step > before) return "La connexion faiblit. Votre image est plus petite, pour que les gestes restent fluides.";
  return before === soundOff ? "La connexion va mieux. Votre son revient." : "La connexion va mieux. Votre image est plus nette.";
}

/**
 * @param {number} step
 * @param {string} name whose step it is
 * @param {boolean} [signs] whether the picture comes before the sound
 */
export function otherStep(step, name, signs = false) {
  if (signs && step === soundOff) return `La connexion de ${name} ne porte plus que l’image. Le son est coupé.`;
  if (step >= bothOff) return `La connexion de ${name} ne porte plus que la voix.`;
  if (step >= ownOff) return `La connexion de ${name} est trop faible pour son image. La voix reste.`;
  if (step > 0) return `La connexion de ${name} est moyenne. Son image est réduite.`;
  return `La connexion de ${name} est bonne.`;
}
