// Work that takes a while, one piece at a time: begun and stopped by a person, resting while nobody looks.

/** What `promise` comes to, unless `signal` aborts before: then `stop()` is called. */
export function unless(signal, promise, stop = () => {}) {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      stop();
      reject(signal.reason);
    };
    const settled = (settle) => (value) => {
      signal.removeEventListener("abort", aborted);
      settle(value);
    };
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted);
    promise.then(settled(resolve), settled(reject));
  });
}

/** Resolves after so many milliseconds, or when `signal` aborts. */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve(undefined);
    };
    const timer = setTimeout(over, ms);
    if (signal.aborted) over();
    else signal.addEventListener("abort", over);
  });
}

/** The `show` of a Task whose `button`, called `title` while nothing is done, begins and stops it; `root` is busy meanwhile. */
export const startStop = (root, button, title) => (how) => {
  button.textContent = how === "idle" ? title : "Stop";
  button.disabled = how === "stopping";
  root.setAttribute("aria-busy", String(how !== "idle"));
};

export class Task {
  #show;
  #report;
  #current = null; // {work, stopper}: what is to be done now
  #rested = null; // the work that is to be done when somebody looks again
  #resting = false; // nobody looks
  #closed = false;
  #last = Promise.resolve(); // when everything begun so far has ended
  #unended = 0;

  /**
   * `show(how)`: "busy" while there is something to do, "stopping" from when it is stopped until it has come to rest, then "idle";
   * `report(text)`: what went wrong.
   */
  constructor(show, report) {
    this.#show = show;
    this.#report = report;
  }

  get busy() {
    return this.#current !== null;
  }

  /** Whether there is something to do that rests. */
  get owed() {
    return this.#rested !== null;
  }

  /**
   * Does `work(signal)` instead of what is at work, once that has come to rest, or when resume() says that somebody looks; `signal`
   * aborts it. Resolves when it has ended.
   */
  run(work) {
    this.#abort();
    if (this.#closed) return this.#last;
    if (this.#resting) this.#rested = work;
    else this.#begin({ work, stopper: new AbortController() });
    this.#tell();
    return this.#last;
  }

  #begin(piece) {
    this.#current = piece;
    this.#unended += 1;
    this.#last = this.#last.catch(() => {}).then(() => this.#do(piece));
  }

  async #do(piece) {
    const { signal } = piece.stopper;
    try {
      if (!signal.aborted) await piece.work(signal);
    } catch (error) {
      if (error !== signal.reason) this.#report(error.message);
    }
    this.#unended -= 1;
    if (this.#current === piece) this.#current = null;
    this.#tell();
  }

  /** Resolves when everything has come to rest. */
  stop() {
    this.#abort();
    this.#tell();
    return this.#last;
  }

  #abort() {
    this.#rested = null;
    this.#current?.stopper.abort();
    this.#current = null;
  }

  /** Nobody looks: nothing is done until resume(). */
  rest() {
    const work = this.#current?.work ?? this.#rested;
    this.stop();
    this.#rested = work;
    this.#resting = true;
  }

  /** Somebody looks: what rests is done, from its start. */
  resume() {
    this.#resting = false;
    if (this.#rested) this.run(this.#rested);
  }

  /** Nothing is done any more. */
  close() {
    this.#closed = true;
    return this.stop();
  }

  #tell() {
    this.#show(this.#current ? "busy" : this.#unended ? "stopping" : "idle");
  }
}
