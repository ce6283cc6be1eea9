// For pages that require Trusted Types: what is parsed and started here are files of this build.

/** @type {any} */
const types = /** @type {any} */ (globalThis).trustedTypes;

const policy = make();

function make() {
  try {
    return types?.createPolicy("flow-lab", { createHTML: (text) => text, createScriptURL: (url) => url });
  } catch {
    return null; // the page's policy names others only (`trusted-types`): what it forbids fails, and says so
  }
}

/** Markup of ours, for a parser. @param {string} text */
export const html = (text) => policy?.createHTML(text) ?? text;

/** The address of a script of ours. @param {string} url */
export const scriptUrl = (url) => policy?.createScriptURL(url) ?? url;
