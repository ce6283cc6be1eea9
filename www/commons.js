// Engines that figures share: by this module within a page, and among the frames of one page.

/** kind → key → what is shared. */
export const commons = { digits: new Map(), lab: new Map() };

let framed = false;

/**
 * Joins the frames of ours that the page around holds already: what one of them has opened serves all. For embed.html, before it
 * opens anything. Frames that may not look into each other (a sandbox, another origin) keep engines of their own.
 */
export function joinFrames() {
  if (window.parent === window) return;
  framed = true;
  for (let i = 0; i < window.parent.frames.length; i += 1) {
    try {
      const { flowLabCommons: elder } = window.parent.frames[i];
      if (elder) Object.assign(commons, elder);
    } catch {
      // Not one of ours.
    }
  }
  window.flowLabCommons = commons;
}

/** Calls back when this window goes while others may still use what it made; gives what calls that off. */
export function whenGone(callback) {
  if (framed) window.addEventListener("pagehide", callback, { once: true });
  return () => window.removeEventListener("pagehide", callback);
}
