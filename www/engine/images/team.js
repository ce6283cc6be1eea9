// The CPU for images: those of one run do not depend on each other, so several workers share them. No memory is shared, which would need
// headers of the host's.
import { workersFor } from "../spawn.js";
import { Device } from "./device.js";
import { Merge, divided } from "./parts.js";

const MOST_WORKERS = 8;

/** As a {@link Device}. */
export class Team {
  id = "cpu";
  #first;
  #helpers = []; // opened and loaded
  #coming = 0; // helpers that are being opened
  #bytes = null;
  #closed = false;
  #most = workersFor(MOST_WORKERS);
  #stopped = 0; // runs that were stopped or replaced

  /** `onLost(error)`: the first worker failed; the loss of another one is made good for. */
  constructor(onLost) {
    this.#first = new Device("cpu", (error) => {
      this.#dismiss();
      onLost(error);
    });
  }

  open() {
    return this.#first.open();
  }

  async load(bytes) {
    this.#dismiss(); // they would have another network
    this.#bytes = bytes;
    await this.#first.load(bytes);
  }

  /** Opens a helper; runs that begin later use it. Where it cannot be opened, there is one less. */
  async #recruit() {
    const bytes = this.#bytes;
    const helper = new Device("cpu", () => this.#drop(helper));
    this.#coming += 1;
    try {
      await helper.open();
      await helper.load(bytes);
    } catch {
      helper.close();
      return;
    } finally {
      this.#coming -= 1;
    }
    if (this.#closed || bytes !== this.#bytes) helper.close();
    else this.#helpers.push(helper);
  }

  #drop(helper) {
    this.#helpers = this.#helpers.filter((other) => other !== helper);
  }

  #dismiss() {
    for (const helper of this.#helpers.splice(0)) helper.close();
  }

  /** See {@link Device.compute}. */
  async compute(job, onFrame) {
    this.stop();
    const run = this.#stopped;
    let given = 0; // frames that were told
    for (;;) {
      const members = [this.#first, ...this.#helpers];
      const parts = divided(job, members.length);
      for (let n = members.length + this.#coming; n < divided(job, this.#most).length; n += 1) this.#recruit();
      let made = 0;
      const merge = new Merge(parts.length, (frame) => {
        made += 1;
        if (made <= given || run !== this.#stopped) return;
        given = made;
        onFrame(frame);
      });
      try {
        const ended = await Promise.all(parts.map((part, i) => members[i].compute(part, (frame) => merge.add(i, frame))));
        return ended.every(Boolean);
      } catch (error) {
        if (run !== this.#stopped) return false;
        for (const member of members) member.stop();
        // A helper is gone: again without it. The same seed gives the same images, so what was told is not told again.
        const lost = members.slice(1).some((member) => !this.#helpers.includes(member));
        if (!lost) throw error;
        this.#most = Math.max(1, this.#helpers.length + 1); // more than this device has room for
      }
    }
  }

  stop() {
    this.#stopped += 1;
    for (const member of [this.#first, ...this.#helpers]) member.stop();
  }

  close() {
    this.#closed = true;
    this.stop();
    this.#dismiss();
    this.#first.close();
  }

  destroyDevice() {}
}
