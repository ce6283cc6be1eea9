// Markup and styles of figures: fetched once for all figures of a page.
import { html } from "../engine/trusted.js";

const once = new Map();

/** The answer for `url`, asked for once; what failed is asked for again. */
function get(url, read) {
  if (!once.has(url)) {
    const answer = fetch(url)
      .then((response) => {
        if (!response.ok) throw new Error(`the server answered ${response.status} for ${url}`);
        return response.text();
      })
      .then(read);
    answer.catch(() => once.delete(url));
    once.set(url, answer);
  }
  return once.get(url);
}

/** A style sheet for shadow roots; a page's rules against foreign styles do not concern it. */
function sheet(url) {
  const read = (css) => {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  };
  return get(url, read);
}

/** {content: a new copy of the markup, sheets} of a figure. */
export async function parts({ markup, styles }) {
  const [page, ...sheets] = await Promise.all([
    get(markup, (text) => new DOMParser().parseFromString(html(text), "text/html")),
    ...styles.map(sheet),
  ]);
  const content = document.createDocumentFragment();
  for (const node of page.body.children) content.append(document.importNode(node, true));
  return { content, sheets };
}
