// Mouse, touch and keyboard on a stage, in the plane's coordinates.
import { Plane, nearest } from "./plane.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEPS = 40; // arrow keys cross the view in so many steps; with Shift in five times as many
const STILL = 4; // a press that moves less, in CSS pixels, is a pick and not a drag
const GRASP = { mouse: 13, touch: 24 }; // how near a handle counts as on it, in CSS pixels

export class Pointing {
  #canvas;
  #stage;
  #calls;
  #cursor = null; // the keyboard's
  #held = -1;
  #press = null;

  /** `calls`: the callbacks that Stage names; `signal` ends it. */
  constructor(canvas, stage, calls, signal) {
    this.#canvas = canvas;
    this.#stage = stage;
    this.#calls = calls;
    const on = (type, act, options = {}) => canvas.addEventListener(type, act, { signal, ...options });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#up(event, true));
    on("pointerleave", () => this.#press || this.#hover(null));
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.#cursor && this.#leave());
    // A finger on a handle drags it; anywhere else it scrolls the page.
    const grasp = (event) => {
      const [touch] = event.touches;
      if (touch && this.#handleAt(this.#place(touch), GRASP.touch) >= 0) event.preventDefault();
    };
    on("touchstart", grasp, { passive: false });
  }

  #call(name, at, handle) {
    this.#calls[name]?.({ x: at.x, y: at.y, handle });
  }

  #plane() {
    return new Plane(this.#stage.half, this.#canvas.clientWidth || 1);
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    const plane = this.#plane();
    return this.#inside({ x: plane.x(event.clientX - box.left), y: plane.y(event.clientY - box.top) });
  }

  #inside({ x, y }) {
    const { half } = this.#stage;
    const keep = (v) => Math.max(-half, Math.min(half, v));
    return { x: keep(x), y: keep(y) };
  }

  /** The handle within `reach` CSS pixels of `at`, or −1. */
  #handleAt(at, reach) {
    const points = this.#stage.handles.flatMap(({ x, y }) => [x, y]);
    const { index, distance } = nearest(points, at.x, at.y);
    return distance * this.#plane().scale <= reach ? index : -1;
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#drop(this.#cursor);
    const at = this.#place(event);
    const handle = this.#handleAt(at, GRASP[event.pointerType] ?? GRASP.mouse);
    this.#press = { at, x: event.clientX, y: event.clientY, handle, dragging: false };
    this.#canvas.setPointerCapture(event.pointerId);
    this.#show(at, false, handle);
  }

  #move(event) {
    const at = this.#place(event);
    const press = this.#press;
    if (!press) {
      this.#hover(at);
      const over = this.#handleAt(at, GRASP.mouse) >= 0;
      this.#canvas.classList.toggle("over-handle", over);
      return;
    }
    if (!press.dragging && Math.hypot(event.clientX - press.x, event.clientY - press.y) >= STILL) {
      press.dragging = true;
      this.#call("onDragStart", press.at, press.handle);
    }
    if (press.dragging) this.#call("onDrag", at, press.handle);
    this.#show(at, false, press.handle);
  }

  #up(event, canceled = false) {
    const press = this.#press;
    if (!press) return;
    this.#press = null;
    const at = canceled ? press.at : this.#place(event);
    if (press.dragging) this.#call("onDragEnd", at, press.handle);
    else if (!canceled) this.#call("onPick", at, press.handle);
    this.#show(event.pointerType === "mouse" ? at : null, false);
  }

  /** The keyboard's cursor goes, and what it holds is put down. */
  #leave() {
    this.#drop(this.#cursor);
    this.#hover(null);
  }

  #hover(at) {
    this.#drop(this.#cursor);
    this.#show(at, false);
    this.#calls.onHover?.(at);
  }

  #show(at, strong, held = -1) {
    if (!strong) this.#cursor = null;
    this.#stage.setCursor(at && { ...at, strong }, held);
  }

  #say(text) {
    this.#calls.announce?.(text);
  }

  #key(event) {
    const step = KEYS[event.key];
    const { half } = this.#stage;
    if (step) {
      event.preventDefault();
      const length = (2 * half) / (event.shiftKey ? 5 * STEPS : STEPS);
      const from = this.#cursor ?? { x: 0, y: 0 };
      // The first press only shows where the cursor is.
      const to = this.#cursor ? { x: from.x + length * step[0], y: from.y + length * step[1] } : from;
      this.#moveTo(this.#inside(to));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!this.#cursor) return this.#moveTo({ x: 0, y: 0 });
      if (this.#held >= 0) return this.#drop(this.#cursor);
      this.#held = this.#handleAt(this.#cursor, GRASP.touch);
      if (this.#held < 0) return this.#call("onPick", this.#cursor, -1);
      this.#call("onDragStart", this.#cursor, this.#held);
      this.#show(this.#cursor, true, this.#held);
      this.#say(`${this.#name(this.#held)} taken; arrow keys move it, Enter puts it down.`);
    } else if ((event.key === "Delete" || event.key === "Backspace") && this.#cursor && this.#held < 0) {
      // What a click on a handle is for the mouse.
      const handle = this.#handleAt(this.#cursor, GRASP.touch);
      if (handle < 0) return undefined;
      event.preventDefault();
      this.#call("onPick", this.#cursor, handle);
    } else if (event.key === "Escape" && this.#cursor) {
      this.#leave();
    }
    return undefined;
  }

  #name(handle) {
    return this.#stage.handles[handle]?.label || `Point ${handle + 1}`;
  }

  #moveTo(at) {
    this.#cursor = at;
    this.#show(at, true, this.#held);
    if (this.#held >= 0) this.#call("onDrag", at, this.#held);
    else this.#calls.onHover?.(at);
    const handle = this.#held < 0 ? this.#handleAt(at, GRASP.touch) : -1;
    const near = handle >= 0 ? `, on ${this.#name(handle)}: Enter takes it, Delete is a click on it` : "";
    this.#say(`x ${at.x.toFixed(2)}, y ${at.y.toFixed(2)}${near}`.replaceAll("-", "−"));
  }

  #drop(at) {
    if (this.#held < 0) return;
    const held = this.#held;
    this.#held = -1;
    this.#show(at, true);
    this.#call("onDragEnd", at, held);
    this.#say(`${this.#name(held)} put down.`);
  }
}
