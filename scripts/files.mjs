// Files as a web server gives them out.
import { existsSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".md": "text/markdown",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".png": "image/png",
};

export const typeOf = (file) => TYPES[extname(file)] ?? "application/octet-stream";

/** The file of `folder` that the path of an address below it names, or null; a folder's is its index.html. */
export function fileAt(folder, path) {
  // From a root, so that no ".." leads out of the folder.
  const file = join(folder, normalize(`/${decodeURIComponent(path)}`));
  const found = existsSync(file) && statSync(file).isDirectory() ? join(file, "index.html") : file;
  return existsSync(found) ? found : null;
}
