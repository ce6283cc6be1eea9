// Engines that figures share: within a page by this module, and among the frames of one page.

/** kind → key → what this window holds. */
const own = { digits: new Map(), lab: new Map() };

let framed = false;

/** For embed.html, before it opens anything: what frames of ours beside this one hold serves here too, and the other way round. */
export function joinFrames() {
  if (window.parent === window) return;
  framed = true;
  window.flowLabCommons = own;
}

/** What this window and its neighbours hold. Asked for anew each time: things of a frame that went must not be touched. */
function* everywhere() {
  yield own;
  for (let i = 0; framed && i < window.parent.frames.length; i += 1) {
    try {
      const { flowLabCommons } = window.parent.frames[i];
      if (flowLabCommons) yield flowLabCommons;
    } catch {
      // Not one of ours: frames that may not look into each other (a sandbox, another origin) keep engines of their own.
    }
  }
}

/** What is held under `kind` and `key`; made and held here where nobody holds it. */
export function shared(kind, key, make) {
  for (const held of everywhere()) {
    const found = held[kind].get(key);
    if (found) return found;
  }
  const made = make();
  own[kind].set(key, made);
  return made;
}

/** Nobody is given `made` any more. */
export function unshare(kind, key, made) {
  if (own[kind].get(key) === made) own[kind].delete(key);
}

/** Calls back when this window goes while others may still use what it made; gives what calls that off. */
export function whenGone(callback) {
  if (framed) window.addEventListener("pagehide", callback, { once: true });
  return () => window.removeEventListener("pagehide", callback);
}
