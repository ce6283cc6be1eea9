// Work that is pushed, as an async iterator that can be left and aborted.

/** What was closed under a waiting caller. */
export const closed = (what) => new DOMException(`${what} was closed`, "AbortError");

/** `promise`, or the signal's reason as soon as it is aborted. */
export async function unlessAborted(signal, promise) {
  if (!signal) return promise;
  promise.catch(() => {}); // nobody hears of it after an abort
  signal.throwIfAborted();
  let abort;
  const aborted = new Promise((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
  });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
}

/**
 * What `begin(push)` pushes until its promise settles, which throws if that rejects. `begin` is called when the first value is
 * asked for; `stop()` once: at the end, when the loop is left, or at once when `signal` is aborted, whose reason is then thrown.
 */
export async function* stream({ begin, stop, signal }) {
  signal?.throwIfAborted();
  const pushed = [];
  let settled = null;
  let stopped = false;
  let wake = () => {};
  const halt = () => {
    if (!stopped) stop();
    stopped = true;
    wake();
  };
  signal?.addEventListener("abort", halt);
  begin((value) => {
    pushed.push(value);
    wake();
  })
    .then(
      () => ({ ok: true }),
      (error) => ({ ok: false, error }),
    )
    .then((end) => {
      settled = end;
      wake();
    });
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (pushed.length > 0) yield pushed.shift();
      else if (settled?.ok) return;
      else if (settled) throw settled.error;
      else await new Promise((resolve) => (wake = () => resolve(undefined)));
    }
  } finally {
    signal?.removeEventListener("abort", halt);
    halt();
  }
}
