// Creates and uses passkeys. A part of a page marked data-passkey has a button that
// is shown if the browser supports them; it requests a challenge, passes it to the browser
// and sends back what the person's device answered. No secret is handled here:
// the device keeps its key.

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (part instanceof HTMLElement && able()) prepare(part);
}

function able() {
  return "PublicKeyCredential" in window && "credentials" in navigator;
}

/** @param {HTMLElement} part */
function prepare(part) {
  const button = part.querySelector("button");
  if (!button) return;
  say(part, "");
  part.querySelector("[data-able]")?.removeAttribute("hidden");
  button.addEventListener("click", () => void press(part, button));
}

/**
 * @param {HTMLElement} part
 * @param {HTMLButtonElement} button
 */
async function press(part, button) {
  button.disabled = true;
  say(part, "");
  try {
    const { publicKey } = await send(part.dataset["ask"] ?? "", typed());
    const credential = button.id === "add-passkey" ? await create(publicKey) : await get(publicKey);
    const name = part.querySelector("input")?.value ?? "";
    const { location: next } = await send(part.dataset["answer"] ?? "", { credential, name, suite: part.dataset["next"] ?? "" });
    location.assign(next);
  } catch (error) {
    say(part, reason(error));
    button.disabled = false;
  }
}

/** The code given by voice, if the page requires it before creating a passkey. */
function typed() {
  const field = document.querySelector("input[name=reset_code]");
  return field instanceof HTMLInputElement ? { reset_code: field.value } : {};
}

/**
 * Shows a message, or none.
 * @param {HTMLElement} part
 * @param {string} message
 */
function say(part, message) {
  const place = part.querySelector("[data-message]");
  if (!(place instanceof HTMLElement)) return;
  place.textContent = message;
  place.hidden = message === "";
}

/** A refusal of the server, with its message for the person. */
class Refusal extends Error {}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
async function send(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Refusal(said.error.message);
  return said;
}

/**
 * The message for an error: why it failed, and what to do.
 * @param {unknown} error
 */
function reason(error) {
  if (error instanceof Refusal) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "AbortError":
      return "La demande a été annulée, ou a pris trop de temps. Essayez de nouveau.";
    case "InvalidStateError":
      return "Cet appareil a déjà une clé d’accès pour votre compte.";
    case "NotSupportedError":
    case "ConstraintError":
      return "Cet appareil ne sait pas vous reconnaître par une empreinte, un visage ou un code. Essayez depuis un autre appareil.";
    case "SecurityError":
      return "Les clés d’accès ne marchent pas à cette adresse.";
  }
  return "Cela n’a pas marché. Vérifiez votre connexion, puis essayez de nouveau.";
}

/** @param {any} options as the server writes them (PublicKeyCredentialCreationOptionsJSON) */
async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  const credential = publicKeyCredential(made);
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return written(credential, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

/** @param {any} options as the server writes them (PublicKeyCredentialRequestOptionsJSON) */
async function get(options) {
  const given = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) },
  });
  const credential = publicKeyCredential(given);
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  return written(credential, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
  });
}

/**
 * @param {Credential | null} credential
 * @returns {PublicKeyCredential}
 */
function publicKeyCredential(credential) {
  if (credential instanceof PublicKeyCredential) return credential;
  throw new DOMException("no passkey", "NotAllowedError");
}

/**
 * @param {PublicKeyCredential} credential
 * @param {object} response
 */
function written(credential, response) {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {}, response };
}

/**
 * @param {{id: string, transports?: AuthenticatorTransport[]}[] | undefined} credentials
 * @returns {PublicKeyCredentialDescriptor[]}
 */
function described(credentials) {
  return (credentials ?? []).map((each) => ({ ...each, type: "public-key", id: bytes(each.id) }));
}

/**
 * Decodes base64url.
 * @param {string} encoded
 */
function bytes(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

/**
 * Encodes base64url.
 * @param {ArrayBuffer} buffer
 */
function text(buffer) {
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
