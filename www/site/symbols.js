// What a symbol in a formula means, where a reader points at it or taps it: from the page's own table of symbols.

const meanings = new Map(
  [...document.querySelectorAll("#symbols [data-symbol]")].map((row) => [row.getAttribute("data-symbol"), row.lastElementChild.textContent]),
);
const parts = "msub, msup, msubsup, mover, mi";

/** The largest symbol around `node` that the table has, and what it means. */
function known(node) {
  let found = null;
  for (let part = node.closest(parts); part; part = part.parentElement.closest(parts)) {
    const text = part.textContent.replace(/\s/g, "");
    const upright = part.getAttribute("mathvariant") === "normal" && text !== "E"; // d of a derivative
    if (!upright && meanings.has(text)) found = { part, meaning: meanings.get(text) };
  }
  return found;
}

const note = Object.assign(document.createElement("div"), { className: "symbol-note", hidden: true });
document.body.append(note);

function show(target) {
  const found = target instanceof Element && target.closest("main math") && known(target);
  note.hidden = !found;
  if (!found) return;
  note.textContent = `${found.part.textContent.replace(/\s/g, "")}: ${found.meaning}`;
  const box = found.part.getBoundingClientRect();
  const left = Math.min(box.left, document.documentElement.clientWidth - note.offsetWidth - 8);
  note.style.left = `${Math.max(8, left) + scrollX}px`;
  note.style.top = `${box.bottom + 6 + scrollY}px`;
}

document.addEventListener("pointerover", ({ target, pointerType }) => pointerType !== "touch" && show(target));
document.addEventListener("click", ({ target }) => show(target));
document.addEventListener("keydown", ({ key }) => key === "Escape" && (note.hidden = true));
