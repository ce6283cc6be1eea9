// What the article needs a script for, though it can be read without one.
import { copy } from "../element/copy.js";

/** The contents stand open beside the text where there is room for them (browsers that can do so by style do it earlier). */
/** @type {HTMLDetailsElement} */
const contents = document.querySelector(".contents details");
const roomy = matchMedia("(min-width: 80rem)");
const unfold = () => (contents.open = roomy.matches);
roomy.addEventListener("change", unfold);
unfold();

/** Code can be copied. */
import("./host.js").then(({ nameHost }) => nameHost());
for (const block of document.querySelectorAll("main pre")) {
  const place = document.createElement("p");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy" });
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => (said.textContent = await copy("Code", block.textContent, place)));
  place.append(button, said);
  block.after(place);
}

/** A formula that is wider than its column can be moved by keyboard too. */
const widths = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const target = /** @type {HTMLElement} */ (entry.target);
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const formula of document.querySelectorAll(".formula")) widths.observe(formula);
