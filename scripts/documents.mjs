// The documents that the page links to, as pages in its own style: the guide to embedding, Burn in the browser, the results and the model card.
import { createRequire } from "node:module";

/** Links to the results lead to their page; those into the rest of the repository, which the page does not have, become code. */
const inside = (html) =>
  html
    .replaceAll('<a href="results.md">', '<a href="results.html">')
    .replaceAll('<a href="scripts/package-readme.md">', '<a href="javascript.html">')
    .replaceAll(/<a href="\.\.\/[^"]*">([^<]*)<\/a>/g, "<code>$1</code>");

/** A page of `markdown`; `home`: the way from it to index.html's folder; `script`: a file of www/site/ that it runs. */
export function document(markdown, home, script = null) {
  // The tools live outside the checkout; NODE_PATH says where. On a fresh machine they come while the engine is built.
  const { marked } = createRequire(import.meta.url)("marked");
  const [, title] = markdown.match(/^# (.*)$/m);
  return `<!doctype html>
<html lang="en-US">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} – Flow Lab</title>
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${home}app/element/tokens.css" />
    <link rel="stylesheet" href="${home}app/site/article.css" />${script ? `\n    <script type="module" src="${home}app/site/${script}"></script>` : ""}
  </head>
  <body class="document">
    <header><p class="brand"><a href="${home || "./"}">Flow Lab</a></p></header>
    <main><section>
${inside(marked.parse(markdown)).replaceAll("<table>", '<div class="table" tabindex="0"><table>').replaceAll("</table>", "</table></div>").replaceAll("<pre>", '<pre tabindex="0">')}
    </section></main>
  </body>
</html>
`;
}
