// Counts what lives in a page: listeners, observers, timers, display frames, workers. Put before the page's scripts.

/** Runs in the page. `alive()`: kind → how many; `plain` has the timers that are not counted, for the tests themselves. */
export function counting() {
  const live = new Map(); // kind → a set of tokens
  /** Notes one more of `kind`; gives what notes that it went. */
  const add = (kind) => {
    const token = {};
    if (!live.has(kind)) live.set(kind, new Set());
    live.get(kind).add(token);
    return () => live.get(kind).delete(token);
  };
  window.alive = () => Object.fromEntries([...live].map(([kind, tokens]) => [kind, tokens.size]).filter(([, size]) => size));
  window.plain = { setTimeout: setTimeout.bind(window), requestAnimationFrame: requestAnimationFrame.bind(window) };

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const listeners = new WeakMap(); // target → callback → type and phase → what notes that it went
  const parts = (options) => (typeof options === "object" && options ? options : { capture: Boolean(options) });
  function entries(target, callback) {
    if (!listeners.has(target)) listeners.set(target, new Map());
    const of = listeners.get(target);
    if (!of.has(callback)) of.set(callback, new Map());
    return of.get(callback);
  }
  const name = (target) => target.constructor?.name ?? "object";
  EventTarget.prototype.addEventListener = function (type, callback, options) {
    addEventListener.call(this, type, callback, options);
    const target = this ?? window;
    const { capture = false, once = false, signal } = parts(options);
    const key = `${type} ${capture}`;
    if (!callback || signal?.aborted || entries(target, callback).has(key)) return;
    const went = add(`listener: ${name(target)} ${type}`);
    const forget = () => {
      went();
      entries(target, callback).delete(key);
    };
    entries(target, callback).set(key, forget);
    if (once) addEventListener.call(target, type, forget, { capture, once });
    if (signal) addEventListener.call(signal, "abort", forget, { once: true });
    if (target instanceof AbortSignal) addEventListener.call(target, "abort", forget, { once: true }); // it aborts once
  };
  EventTarget.prototype.removeEventListener = function (type, callback, options) {
    removeEventListener.call(this, type, callback, options);
    if (callback) entries(this ?? window, callback).get(`${type} ${parts(options).capture ?? false}`)?.();
  };

  for (const kind of ["ResizeObserver", "IntersectionObserver", "MutationObserver"]) {
    window[kind] = class extends window[kind] {
      #targets = new Set();
      #went = null;
      observe(target, options) {
        super.observe(target, options);
        this.#targets.add(target);
        this.#went ??= add(kind);
      }
      unobserve(target) {
        super.unobserve(target);
        this.#targets.delete(target);
        if (!this.#targets.size) this.#over();
      }
      disconnect() {
        super.disconnect();
        this.#targets.clear();
        this.#over();
      }
      #over() {
        this.#went?.();
        this.#went = null;
      }
    };
  }

  for (const [kind, set, clear] of [
    ["timer", "setTimeout", "clearTimeout"],
    ["interval", "setInterval", "clearInterval"],
    ["display frame", "requestAnimationFrame", "cancelAnimationFrame"],
  ]) {
    const [begin, end] = [window[set], window[clear]];
    const running = new Map(); // id → what notes that it went
    const forget = (id) => {
      running.get(id)?.();
      running.delete(id);
    };
    window[set] = (callback, ...rest) => {
      const act = (...given) => {
        if (kind !== "interval") forget(id);
        callback?.(...given);
      };
      const id = begin.call(window, act, ...rest);
      running.set(id, add(kind));
      return id;
    };
    window[clear] = (id) => {
      end.call(window, id);
      forget(id);
    };
  }

  window.Worker = class extends window.Worker {
    #went = add("Worker");
    terminate() {
      super.terminate();
      this.#went();
      // Nothing calls them any more.
      for (const types of listeners.get(this)?.values() ?? []) for (const forget of types.values()) forget();
    }
  };
}
