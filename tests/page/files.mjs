// Files that a person saves and chooses. Firefox does both, but tells Playwright of neither: there the page's own calls are caught.
import { readFileSync } from "node:fs";
import { FIREFOX } from "./harness.mjs";

/** {name, bytes} of the file that pressing `selector` saves. */
export async function saved(page, selector) {
  if (!FIREFOX) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  }
  await page.evaluate(() => {
    window.saved = null;
    HTMLAnchorElement.prototype.click = function () {
      window.saved = fetch(this.href).then(async (response) => ({ name: this.download, bytes: [...new Uint8Array(await response.arrayBuffer())] }));
    };
  });
  await page.click(selector);
  await page.waitForFunction(() => window.saved);
  const { name, bytes } = await page.evaluate(() => window.saved);
  return { name, bytes: Buffer.from(bytes) };
}

/** Presses `selector`, which asks for a file, and chooses this one: {name, mimeType, buffer}. */
export async function chosen(page, selector, file) {
  if (!FIREFOX) {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.click(selector)]);
    return chooser.setFiles(file);
  }
  await page.evaluate(
    ({ name, mimeType, bytes }) => {
      HTMLInputElement.prototype.click = function () {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
        this.files = files.files;
        this.dispatchEvent(new Event("change"));
      };
    },
    { ...file, bytes: [...file.buffer], buffer: undefined },
  );
  await page.click(selector);
}
