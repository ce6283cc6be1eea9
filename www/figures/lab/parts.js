// Which part of the lab stands under its picture where there is no room beside it; panels.css says where that is.

/** Ties the buttons that choose a part to `root`, the lab; returns what shows a part by its name. `signal` ends it. */
export function bindParts(root, signal) {
  const buttons = [...root.querySelectorAll("[data-shows]")];
  const show = (part) => {
    root.dataset.part = part;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.shows === part));
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.shows), { signal });
  show("picture");
  return show;
}
