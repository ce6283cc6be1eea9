// One clock for any number of stages.

const HOLD_MS = 900; // the end is shown this long before the flow begins again
const STILL_MS = 1000; // with reduced motion: this long for each of the
const STILL_PLACES = 10; // steps from t = 0 to t = 1

/** Where playing is `ms` after t = 0, or null past the end; `still`: in steps instead of in motion. */
export function timeAt(ms, duration, still) {
  if (!still) return ms <= duration ? ms / duration : ms <= duration + HOLD_MS ? 1 : null;
  const step = Math.floor(ms / STILL_MS);
  return step <= STILL_PLACES ? step / STILL_PLACES : null;
}

/** How many milliseconds into playing `t` lies. */
export const msAt = (t, duration, still) => (still ? Math.round(t * STILL_PLACES) * STILL_MS : t * duration);

export class Playback {
  #stages = new Set();
  #seen = new Set(); // canvases in view
  #t = 1;
  #duration;
  #loop;
  #onChange;
  #playing = false;
  #ms = 0; // into playing
  #last = 0; // when the clock last ran, 0: not since it stood still
  #frame = 0;
  #motion = matchMedia("(prefers-reduced-motion: reduce)");
  #ended;
  #view;

  /**
   * `duration`: milliseconds from t = 0 to 1; `onChange({t, playing})` after every change; `signal` ends it.
   * @param {{signal: AbortSignal, duration?: number, loop?: boolean, onChange?: (now: {t: number, playing: boolean}) => void}} options
   */
  constructor({ signal, duration = 4000, loop = true, onChange = () => {} }) {
    this.#duration = duration;
    this.#loop = loop;
    this.#onChange = onChange;
    this.#ended = signal;
    document.addEventListener("visibilitychange", () => this.#wake(), { signal });
    this.#motion.addEventListener("change", () => this.#align(), { signal });
    this.#view = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#seen[isIntersecting ? "add" : "delete"](target);
      this.#wake();
    });
    signal.addEventListener("abort", () => {
      cancelAnimationFrame(this.#frame);
      this.#view.disconnect();
    });
  }

  get t() {
    return this.#t;
  }
  get playing() {
    return this.#playing;
  }

  /** A stage ({canvas, draw(t)}) follows the clock from now on. */
  add(stage) {
    this.#stages.add(stage);
    if (!this.#ended.aborted) this.#view.observe(stage.canvas);
    stage.draw(this.#t);
  }

  /** Plays on, from the beginning if at the end. */
  play() {
    if (this.#playing) return;
    if (this.#t >= 1) this.#t = 0;
    this.#playing = true;
    this.#align();
    this.#show();
    this.#wake();
  }

  pause() {
    if (!this.#playing) return;
    this.#playing = false;
    this.#onChange({ t: this.#t, playing: false });
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  /** Shows `t`; a person who scrubs wants to look, so playing pauses unless `keep`. */
  seek(t, { keep = false } = {}) {
    if (!keep) this.#playing = false;
    this.#t = Math.max(0, Math.min(1, t));
    this.#align();
    this.#show();
  }

  #align() {
    this.#ms = msAt(this.#t, this.#duration, this.#motion.matches);
  }

  #show() {
    for (const stage of this.#stages) stage.draw(this.#t);
    this.#onChange({ t: this.#t, playing: this.#playing });
  }

  /** Runs the clock while it plays and somebody can see it; out of sight, time stands still. */
  #wake() {
    if (this.#frame || !this.#watched()) return;
    this.#last = 0;
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  #watched() {
    return this.#playing && !this.#ended.aborted && !document.hidden && this.#seen.size > 0;
  }

  #tick(now) {
    this.#frame = 0;
    if (!this.#watched()) return;
    if (this.#last) this.#ms += now - this.#last;
    this.#last = now;
    let t = timeAt(this.#ms, this.#duration, this.#motion.matches);
    if (t === null) {
      t = this.#loop ? 0 : 1;
      this.#ms = 0;
      this.#playing = this.#loop;
    }
    if (t !== this.#t || !this.#playing) {
      this.#t = t;
      this.#show();
    }
    if (this.#watched()) this.#frame = requestAnimationFrame((next) => this.#tick(next));
  }
}
