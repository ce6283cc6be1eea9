// The form: shows a state, changes it, says which key changed.
import { Delay } from "../../element/delay.js";
import { given, showState } from "../../element/controls.js";
import { ADAPTIVE, newSeed } from "../../element/state.js";
import { DIGITS, labels } from "./table.js";

/** Dragging a slider changes its number at once and computes when it rests. */
const REST_MS = 120;

/** `changed(keys)`: a person changed them; `signal` ends it. */
export function bindControls(form, state, changed, signal) {
  const delay = new Delay(changed, signal);
  const on = (element, type, act) => element.addEventListener(type, act, { signal });

  const classes = form.querySelector("#classes");
  const buttons = Array.from({ length: 10 }, (_, digit) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: digit });
    button.setAttribute("role", "radio");
    on(button, "click", () => set("class", digit));
    classes.append(button);
    return button;
  });
  on(classes, "keydown", (event) => {
    const step = { ArrowLeft: 9, ArrowUp: 5, ArrowRight: 1, ArrowDown: 5 }[event.key];
    if (!step) return;
    event.preventDefault();
    set("class", (state.class + step) % 10);
    buttons[state.class].focus();
  });

  function set(key, value) {
    state[key] = value;
    // Guidance does not end before it begins.
    if (key === "from") state.to = Math.max(state.to, value);
    if (key === "to") state.from = Math.min(state.from, value);
    refresh();
    delay.ask(key, REST_MS);
  }

  function refresh() {
    const shown = labels(state);
    classes.setAttribute("aria-label", state.rows === "same" ? "Class" : "Class of the first row");
    buttons.forEach((button, digit) => {
      button.classList.toggle("shown", shown.includes(digit));
      button.setAttribute("aria-checked", String(digit === state.class));
      button.tabIndex = digit === state.class ? 0 : -1;
    });
    showState(form, DIGITS, state);
    form.elements["steps-out"].value = String(state.steps);
    form.elements["guidance-out"].value = String(state.guidance);
    form.elements["from-out"].value = String(state.from);
    form.elements["to-out"].value = String(state.to);
    const adaptive = ADAPTIVE.includes(state.solver);
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = (part.dataset.for === "adaptive") !== adaptive;
  }

  on(form, "input", ({ target }) => {
    const property = DIGITS[target.name];
    const value = property && given(target, property);
    if (value !== undefined) set(target.name, value);
  });
  on(form.querySelector("#new-seed"), "click", () => {
    form.elements.seed.value = String(newSeed());
    form.elements.seed.setCustomValidity("");
    set("seed", Number(form.elements.seed.value));
  });
  on(form, "submit", (event) => {
    event.preventDefault();
    delay.cancel();
    changed(["seed"]);
  });
  refresh();
  return { refresh };
}
