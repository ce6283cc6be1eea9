// The row under a figure: a link to it as it is, and what an author pastes to have it in a post.
import { HOME } from "../engine/assets.js";
import { escapeHtml, toMarkup } from "./attributes.js";
import { copy } from "./copy.js";
import { height } from "./room.js";
import { toHash } from "./state.js";

/** A link to figure `name` in the article, in `state`; without an article, to the page that the figure is on. */
const address = (name, table, state) => `${HOME ?? location.href.split("#")[0]}#${[name, toHash(table, state).slice(1)].filter(Boolean).join("&")}`;

/** Two lines for a page's HTML. */
const element = (name, table, state, options) => `<script type="module" src="${HOME}flow-lab.js"></script>\n${toMarkup(name, table, state, options)}`;

/** As wide as a post often is, and a phone, in CSS pixels: how high a frame is there, until the post follows what the frame says. */
const COLUMN = 720;
const PHONE = 390;

/** One line where scripts are not welcome. */
function frame({ name, title, heights, table, state }, { controls }) {
  const set = [`figure=${name}`, controls && controls !== "all" ? `controls=${controls}` : "", toHash(table, state).slice(1)];
  const source = `${HOME}embed.html#${set.filter(Boolean).join("&")}`;
  const [wide, narrow] = [COLUMN, PHONE].map((width) => height(heights, width, controls ?? "all"));
  const slope = ((narrow - wide) / (COLUMN - PHONE)).toFixed(3);
  const between = `calc(${wide}px + ${slope} * (${COLUMN}px - clamp(${PHONE}px, 100vw, ${COLUMN}px)))`;
  return `<iframe src="${escapeHtml(source)}" title="Flow Lab: ${title}" width="100%" height="${wide}" style="height: ${between}" frameborder="0" loading="lazy" allow="clipboard-write"></iframe>`;
}

/** {row, address(state)}; `host`: the <flow-lab> element; `signal`: aborted when the figure goes. */
export function shareRow(host, figure) {
  const { name, table, state, signal } = figure;
  const row = document.createElement("div");
  row.className = "share";
  row.dataset.controls = "main";
  row.hidden = !HOME;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const options = () => ({ controls: host.getAttribute("controls") });

  const button = (title, what, text) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: title });
    made.addEventListener("click", async () => (said.textContent = await copy(what, text(), row)), { signal });
    row.append(made);
  };
  button("Copy link", "Link", () => address(name, table, state));
  button("Copy embed code", "Embed code", () => element(name, table, state, options()));
  button("Copy as iframe", "Iframe", () => frame(figure, options()));
  row.append(said);
  if (HOME && (!location.href.startsWith(HOME) || location.pathname.endsWith("/embed.html"))) {
    row.append(Object.assign(document.createElement("a"), { href: HOME, target: "_blank", rel: "noopener", textContent: "Flow Lab" }));
  }
  return { row, address: (other) => address(name, table, other) };
}
