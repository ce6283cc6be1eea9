// Code that a reader copies names the host that it was read at.
import { HOME } from "../engine/assets.js";

/** Puts this site's address where the page's blocks of code have https://HOST. */
export function nameHost() {
  for (const code of document.querySelectorAll("pre code")) {
    if (!code.textContent.includes("https://HOST")) continue;
    code.textContent = code.textContent.replaceAll("https://HOST/", HOME).replaceAll("https://HOST", new URL(HOME).origin);
  }
}
