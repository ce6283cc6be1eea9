// Bytes as text for links: base64 without the characters that mean something in a URL.

/** Base64, as the browser writes it, for a link. */
export const toUrl = (base64) => base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The bytes of such a text, a character each, as `atob` gives them. */
export const fromUrl = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
