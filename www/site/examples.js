// The guide's examples, live: each block of code with a <flow-lab> can be edited and shown.
import "../api/element.js";
import { copy } from "../element/copy.js";
import { nameHost } from "./host.js";

/** The elements that `code` has, with their attributes but those that run something; nothing else of it is taken. */
function elements(code) {
  const parsed = new DOMParser().parseFromString(code, "text/html");
  return [...parsed.querySelectorAll("flow-lab")].map((written) => {
    const element = document.createElement("flow-lab");
    for (const { name, value } of written.attributes) if (!name.startsWith("on")) element.setAttribute(name, value);
    return element;
  });
}

const button = (text, act) => {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", act);
  return made;
};

nameHost();

for (const block of document.querySelectorAll("pre")) {
  if (!elements(block.textContent).length) continue;
  const code = Object.assign(document.createElement("textarea"), { value: block.textContent.trim(), spellcheck: false });
  code.setAttribute("aria-label", "The example, which can be edited");
  const place = document.createElement("div");
  place.className = "example-figure";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const show = button("Show", () => {
    const found = elements(code.value);
    place.replaceChildren(...found);
    said.textContent = found.length ? "" : "There is no <flow-lab> in it.";
  });
  const tools = document.createElement("p");
  tools.className = "example-tools";
  tools.append(
    show,
    button("Copy", async () => (said.textContent = await copy("Code", code.value, tools))),
  );
  block.replaceWith(code, tools, said, place);
  const fit = () => {
    code.style.height = "auto";
    code.style.height = `${code.scrollHeight + 2}px`; // with its border
  };
  code.addEventListener("input", fit);
  addEventListener("resize", fit);
  fit();
}
