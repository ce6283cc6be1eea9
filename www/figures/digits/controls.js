// The form: shows a state, changes it, says which key changed.
import { focused, newSeed } from "../../element/state.js";
import { DIGITS } from "./table.js";

/** Dragging a slider changes its number at once and computes when it rests. */
const REST_MS = 120;

export function bindControls(form, state, changed) {
  let timer = null;
  const pending = new Set(); // keys that the timer will tell
  const soon = (key) => {
    pending.add(key);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const keys = [...pending];
      pending.clear();
      changed(keys);
    }, REST_MS);
  };

  const classes = form.querySelector("#classes");
  const buttons = Array.from({ length: 10 }, (_, digit) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: digit });
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => set("class", digit));
    classes.append(button);
    return button;
  });
  classes.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 9, ArrowUp: 5, ArrowRight: 1, ArrowDown: 5 }[event.key];
    if (!step) return;
    event.preventDefault();
    set("class", (state.class + step) % 10);
    buttons[state.class].focus();
  });

  function set(key, value) {
    state[key] = value;
    refresh();
    soon(key);
  }

  function refresh() {
    buttons.forEach((button, digit) => {
      button.setAttribute("aria-checked", String(digit === state.class));
      button.tabIndex = digit === state.class ? 0 : -1;
    });
    for (const key of Object.keys(DIGITS)) {
      const control = form.elements[key];
      if (control && !focused(control)) control.value = String(state[key]);
    }
    form.elements["steps-out"].value = String(state.steps);
    form.elements["guidance-out"].value = String(state.guidance);
    form.elements["from-out"].value = String(state.from);
    const adaptive = state.solver === "dopri5";
    form.querySelector('[data-for="fixed"]').hidden = adaptive;
    form.querySelector('[data-for="adaptive"]').hidden = !adaptive;
  }

  form.addEventListener("input", ({ target }) => {
    const property = DIGITS[target.name];
    if (!property) return;
    const value = property.kind.read(target.value);
    target.setCustomValidity(value === undefined ? `Give ${property.kind.says}.` : "");
    if (value === undefined) target.reportValidity();
    else set(target.name, value);
  });
  form.querySelector("#new-seed").addEventListener("click", () => {
    form.elements.seed.value = String(newSeed());
    form.elements.seed.setCustomValidity("");
    set("seed", Number(form.elements.seed.value));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    pending.clear();
    changed(["seed"]);
  });
  refresh();
  return { refresh };
}
