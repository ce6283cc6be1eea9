// Serves dist/ and opens it in Chromium, the way a person's browser would.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

// The tools live outside the checkout; NODE_PATH (scripts/test) says where.
export const { chromium } = createRequire(import.meta.url)("playwright-core");

export const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".md": "text/markdown",
};

/** Serves `DIST` below /lab/ (so that absolute paths would fail); `override(path)` may answer instead. */
export async function serve(override = () => null) {
  const requests = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    requests.push(path);
    const other = override(path);
    if (other) {
      response.writeHead(other.status ?? 200, other.headers).end(other.body);
      return;
    }
    const inside = path.startsWith("/lab/") ? path.slice("/lab/".length) || "index.html" : null;
    const file = inside && join(DIST, normalize(inside));
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/lab/`;
  return { url, requests, close: () => server.close() };
}

const BASE = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];

/** A browser with Chromium's software WebGPU adapter, or without any. */
export function browser({ webgpu = false } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: webgpu ? [...BASE, ...WEBGPU] : [...BASE, "--disable-features=WebGPU", "--disable-gpu"],
  });
}

/** Opens the page; `errors` collects whatever the console calls an error. */
export async function open(context, url) {
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}

/** Waits until a run has ended. */
export const done = (page, timeout = 120_000) =>
  page.waitForFunction(
    () => {
      const figure = document.querySelector("#figure");
      return figure.dataset.done === "true" && figure.getAttribute("aria-busy") === "false";
    },
    undefined,
    { timeout },
  );

/** The pixels of a canvas as one string: equal where the pictures are. */
export const picture = (page, selector = "#grid") => page.$eval(selector, (canvas) => canvas.toDataURL());
