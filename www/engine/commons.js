// Engines that figures share: within a page by this module, and among the frames of one page.

/** What this window holds: key → Shared. */
const own = new Map();

/** Only what the same build made is shared: the address of this module has the build's hash. */
const BUILD = import.meta.url;

let framed = false;

/** For embed.html, before it opens anything: what frames of ours beside this one hold serves here too, and the other way round. */
export function joinFrames() {
  if (window.parent === window) return;
  framed = true;
  window.flowLabCommons = own;
}

/** What this window and its neighbors hold. Asked for anew each time: things of a frame that went must not be touched. */
function* everywhere() {
  yield own;
  for (let i = 0; framed && i < window.parent.frames.length; i += 1) {
    try {
      const { flowLabCommons } = window.parent.frames[i];
      if (typeof flowLabCommons?.get === "function") yield flowLabCommons;
    } catch {
      // Not one of ours: frames that may not look into each other (a sandbox, another origin) keep engines of their own.
    }
  }
}

/** What is held under `name`; made and held here where nobody holds it. `make(key)` gives a {@link Shared}. */
export function shared(name, make) {
  const key = `${name} ${BUILD}`;
  for (const held of everywhere()) {
    const found = held.get(key);
    if (found) return found;
  }
  const made = make(key);
  own.set(key, made);
  return made;
}

/** Something that lives as long as it has users. */
export class Shared {
  users = new Map(); // user → what is kept of it
  closed = false;
  #key;
  #gone;

  /** `gone()`: this window goes while others may still use it. */
  constructor(key, gone) {
    this.#key = key;
    this.#gone = gone;
    if (framed) window.addEventListener("pagehide", gone, { once: true });
  }

  /** The last one that leaves closes it. */
  leave(user) {
    this.users.delete(user);
    if (this.users.size === 0) this.close();
  }

  /** Nobody is given it any more. */
  close() {
    this.closed = true;
    window.removeEventListener("pagehide", this.#gone);
    if (own.get(this.#key) === this) own.delete(this.#key);
  }
}
