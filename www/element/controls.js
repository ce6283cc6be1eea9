// Controls and the table of what they set: what they take, what they show, what a person put into them.
import { NAMES } from "./names.js";

/** Whether a person is in this control, which then is left alone; a group of radio buttons never is. */
export const focused = (control) => control instanceof Element && control.matches(":focus");

const FINE = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

/** What a value is called in a menu. */
const title = (value) => NAMES[value] ?? (typeof value === "number" ? FINE.format(value) : String(value));

/** Makes the controls in `root` take what `table` takes: empty menus get its values, fields of numbers its ends. */
export function offer(root, table) {
  for (const [key, { kind }] of Object.entries(table)) {
    const control = root.querySelector(`[name="${key}"]`);
    if (control?.matches("select:empty")) control.append(...kind.values.map((value) => new Option(title(value), String(value))));
    else if (control?.matches("input") && kind.max !== undefined) Object.assign(control, { min: kind.min, max: kind.max });
  }
}

/** Shows `state` in the controls of `form` that are named by the keys of `table`. */
export function showState(form, table, state) {
  for (const key of Object.keys(table)) {
    const control = form.elements[key];
    if (control && !focused(control)) control.value = String(state[key]);
  }
}

/** What a person put into `control`, as `kind` reads it; undefined where it cannot be used, which the control then says. */
export function given(control, { kind }) {
  const value = kind.read(control.value);
  control.setCustomValidity(value === undefined ? `Give ${kind.says}.` : "");
  if (value === undefined) control.reportValidity();
  return value;
}
