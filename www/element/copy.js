// Puts text into the clipboard; without one (plain http, a frame without permission) shows it, selected.

/** What was done, as a sentence. `what` it is called; `place`: an element that may hold a field. */
export async function copy(what, text, place) {
  place.querySelector("textarea")?.remove();
  try {
    await navigator.clipboard.writeText(text);
    return `${what} copied.`;
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    field.setAttribute("aria-label", what);
    place.append(field);
    field.select();
    return "Copy it from here:";
  }
}
