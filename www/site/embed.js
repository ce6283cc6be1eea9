// embed.html#figure=…: one figure in a frame. What it tells the page around and hears from it is in frame.js.
import { figureName } from "../element/aliases.js";
import { joinFrames } from "../engine/commons.js";
import "../api/element.js";
import { FIGURES } from "../figures/all.js";
import { connect } from "./frame.js";
import { hintAtMore } from "./more.js";
import { choice, parseHash, text, toHash } from "../element/state.js";

const FIGURE = choice(...Object.keys(FIGURES));

/** What the hash may set besides the figure's own keys; the same words as the element's attributes. */
const FRAME = Object.freeze({
  figure: { kind: { ...FIGURE, read: (text) => FIGURE.read(figureName(text)) }, initial: "" },
  controls: { kind: choice("all", "main", "none"), initial: "all" },
  hide: { kind: text(/^[a-z0-9 ,-]{0,400}$/, "names of controls"), initial: "" },
  theme: { kind: choice("auto", "light", "dark"), initial: "auto" },
  start: { kind: choice("view", "press"), initial: "view" },
  parent: { kind: text(/^https?:\/\/[^/\s]+$/, "an origin such as https://blog.example"), initial: "" },
});

function say(sentence) {
  const message = document.getElementById("message");
  message.textContent = sentence;
  message.hidden = !sentence;
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The figure that the hash names. */
const named = () => figureName(new URLSearchParams(location.hash.slice(1)).get("figure") ?? "");

async function begin() {
  joinFrames();
  hintAtMore(document.getElementById("more"));
  const name = named();
  if (!Object.hasOwn(FIGURES, name)) {
    const known = Object.keys(FIGURES).join(", ");
    document.getElementById("place").hidden = true;
    return say(
      name ? `There is no figure “${name.slice(0, 40)}”. There are: ${known}.` : `This page shows one figure: add #figure= and one of ${known}.`,
    );
  }
  const { table } = await FIGURES[name].load();
  const all = { ...FRAME, ...table };
  const { state, problems } = parseHash(all, location.hash);
  say(problems.join(" "));
  setTheme(state.theme);
  document.title = `Flow Lab: ${FIGURES[name].title}`;

  const element = document.createElement("flow-lab");
  for (const key of ["figure", "controls", "hide", "start"]) element.setAttribute(key, state[key]);
  element.addEventListener("flow-lab-ready", () => element.setAttribute("ready", ""));
  const talk = connect({ parent: state.parent, element, set });
  const keepLink = () => history.replaceState(null, "", toHash(all, state));
  const save = () => {
    say(""); // what was wrong with the link, a person has now answered
    keepLink();
    talk.state(toHash(table, state).slice(1));
  };

  /** Takes what `hash` sets; the rest goes back to where it began unless it is to `keep` what it is. */
  function set(hash, { keep = false } = {}) {
    const next = parseHash(all, hash, keep ? state : undefined);
    const keys = Object.keys(table).filter((key) => next.state[key] !== state[key]);
    for (const key of keys) state[key] = next.state[key];
    setTheme((state.theme = next.state.theme));
    if (keys.length) element.replaced(keys);
    keepLink();
    say(next.problems.join(" "));
  }

  element.link = { state, save };
  const place = document.getElementById("place");
  place.replaceChildren(element);
  // Before the engines of this frame go: its figure is not to open others for a frame that is gone.
  window.addEventListener("pagehide", () => element.remove());
  window.addEventListener("pageshow", ({ persisted }) => persisted && place.replaceChildren(element));
  window.addEventListener("hashchange", () => {
    if (named() !== name)
      location.reload(); // another figure: begin again
    else set(location.hash);
  });
}

begin().catch((error) => say(`This figure could not be loaded (${error.message}). Check the connection and reload.`));
