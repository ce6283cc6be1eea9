// What a person trained, kept in this browser from one visit to the next: if they want it, and offered when they are back.

const [DATABASE, STORE] = ["flow-lab", "trained"];

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** What `act(store)` asks of the records; a browser that keeps nothing for this page throws. */
async function records(mode, act) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

export class Keeper {
  #name;
  #box;
  #offer;
  #hooks;
  #kept = null; // what is offered
  #writing = Promise.resolve(); // one record after another: the last one stays

  /**
   * `root` has a box `[data-keep]` and an offer `[data-kept]` with buttons `[data-kept=restore]` and `[data-kept=forget]`; `name`: of the
   * record. `now()`: what there is to keep, {weights, …}, or undefined; `restore(kept)` shows it; `report(text)`; `signal` ends it.
   */
  constructor({ root, name, now, restore, report, signal }) {
    this.#name = name;
    this.#hooks = { now, restore, report };
    this.#box = root.querySelector("[data-keep]");
    this.#offer = root.querySelector(".kept");
    const on = (target, type, act) => target.addEventListener(type, act, { signal });
    on(this.#box, "change", () => this.#switched());
    on(this.#offer, "click", ({ target }) => this.#answered(target.dataset.kept));
    // Where nothing can be read nothing was kept.
    records("readonly", (store) => store.get(name)).then(
      (kept) => !signal.aborted && !this.#box.checked && this.#show(kept ?? null),
      () => {},
    );
  }

  #show(kept) {
    this.#kept = kept;
    this.#offer.hidden = !kept;
    if (!kept) return;
    const when = new Date(kept.at).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short" });
    this.#offer.querySelector("span").textContent = `A network that you trained on ${when} is kept in this browser.`;
  }

  /** Keeps `trained` in place of what was kept, if the person wants it. */
  save(trained) {
    if (!this.#box.checked || !trained) return;
    const record = { ...trained, at: Date.now() };
    this.#write((store) => store.put(record, this.#name));
  }

  #write(act) {
    this.#writing = this.#writing
      .then(() => records("readwrite", act))
      .catch((error) => {
        this.#box.checked = false;
        this.#hooks.report(`This browser cannot keep the network (${error.message}). Save it as a file.`);
      });
  }

  #switched() {
    this.#show(null);
    if (this.#box.checked) this.save(this.#hooks.now());
    else this.#forget();
  }

  #forget() {
    this.#write((store) => store.delete(this.#name));
  }

  async #answered(what) {
    if (!what) return;
    const kept = this.#kept;
    this.#show(null);
    if (what === "forget") return this.#forget();
    try {
      await this.#hooks.restore(kept);
      this.#box.checked = true; // it goes on being kept
    } catch (error) {
      this.#show(kept);
      this.#hooks.report(error.message);
    }
  }
}
