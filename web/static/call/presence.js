// How the other side is there, in words.

/** @typedef {import("./channel.js").Presence} Presence */

/**
 * What is said of a change, the most urgent one; empty if nothing has changed.
 * @param {Presence} before
 * @param {Presence} now
 * @param {string} name the other person's
 */
export function presenceChange(before, now, name) {
  if (now.hidden !== before.hidden) return now.hidden ? `${name} n’est plus seul(e). Rien de vous ne s’affiche là-bas. Vous pouvez écrire : vos mots attendent.` : `${name} voit et entend de nouveau l’appel.`;
  if (now.interrupted !== before.interrupted) return now.interrupted ? `Appel interrompu par le téléphone de ${name}. Attendez un instant.` : `Le téléphone de ${name} est de nouveau libre.`;
  if (now.signing !== before.signing) return now.signing ? `Langue des signes pour ${name} : l’image passe avant le son.` : "Le son passe de nouveau avant l’image.";
  if (now.floor !== before.floor) return now.floor ? `${name} prend la parole en signes.` : `${name} a fini de signer.`;
  if (now.captions !== before.captions) return now.captions ? `${name} lit des sous-titres de vos paroles. Son appareil les fait, rien n’en est gardé.` : `${name} ne lit plus de sous-titres.`;
  return "";
}

/**
 * What stands beside the other person's name.
 * @param {Presence | null} now
 * @param {{audio: boolean} | null} sending
 */
export function presenceSign(now, sending) {
  if (now?.hidden) return ", n’est plus seul(e)";
  if (now?.interrupted) return ", appel interrompu par le téléphone";
  return sending?.audio === false ? ", micro coupé" : "";
}
