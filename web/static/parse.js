// Reads pages of this platform that a script fetched. With Trusted Types, nothing else turns a
// text into HTML.

/** @typedef {{createHTML: (text: string) => string}} Policy */

/** @type {{createPolicy: (name: string, rules: Policy) => Policy} | undefined} */
const trustedTypes = Reflect.get(window, "trustedTypes");
const policy = trustedTypes?.createPolicy("page", { createHTML: (text) => text });

/**
 * The page of an answer. It fails for one that did not come from here.
 * @param {Response} answer
 */
export async function pageOf(answer) {
  if (new URL(answer.url).origin !== location.origin) throw new TypeError("a page of another origin");
  const text = await answer.text();
  return new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html");
}
