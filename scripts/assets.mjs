// The text of assets.js, the one module that knows where a build put its engines and weights.
// Every place is a literal that bundlers see, relative to the module itself: no host, no path.

const entries = (table, line) =>
  Object.entries(table)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${line(value)},\n`)
    .join("");

/**
 * `engines`: the folder in engine/ of each build; `models`: the manifest of each network, and in `figures` the file of what is known of it,
 * where there is one (a bundler stops at a file that is not there); `base`: the way from
 * assets.js to the folder that has engine/ and models/; `home`: whether the article is there too; `tile`: src/ops/product/tile.wat, assembled.
 */
export function assets({ engines, models, base, tile, home = true }) {
  const url = (path) => `new URL(${JSON.stringify(`${base}models/${path}`)}, import.meta.url).href`;
  const known = Object.fromEntries(Object.entries(models).filter(([, { figures }]) => figures));
  return `// Made by scripts/assets.mjs.

/** The builds of the crate, each loaded when it is called. */
export const ENGINES = Object.freeze({
${entries(engines, (folder) => `() => import(${JSON.stringify(`${base}engine/${folder}/flow_lab.js`)})`)}});

/** The WebAssembly of each, as a file. */
export const WASM = Object.freeze({
${entries(engines, (folder) => `new URL(${JSON.stringify(`${base}engine/${folder}/flow_lab_bg.wasm`)}, import.meta.url).href`)}});

/** A part of products for browsers with relaxed SIMD, a module in base64. */
export const TILE = ${JSON.stringify(tile.toString("base64"))};

/** The weights of the networks, and the sheet of training pictures that generated ones are compared with. */
export const MODELS = Object.freeze({
${entries(models, ({ file, bytes, sha256 }) => `Object.freeze({ url: ${url(file)}, bytes: ${bytes}, sha256: ${JSON.stringify(sha256)} })`)}});

/** What is known of each: what \`evaluate\` measured, or what the sheet shows. */
export const FIGURES = Object.freeze({
${entries(known, ({ figures }) => url(figures))}});

${home ? HOME(base) : NO_HOME}`;
}

const HOME = (base) => `// In two steps, so that no bundler looks for a file of that name.
const here = import.meta.url;
/** Where index.html and embed.html are. */
export const HOME = new URL(${JSON.stringify(base)}, here).href;
`;

const NO_HOME = `/** There is no index.html and no embed.html in a package. */
export const HOME = null;
`;
