// What axe-core finds wrong on a page, its shadow roots included.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * The violations of axe's default rules, best practices among them, as lines to read; `options` are those of axe.run,
 * and `within` is a selector of what is looked at. Rules that axe cannot decide (contrast over a picture) are no violations.
 */
export async function violations(page, { within, ...options } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ content: SOURCE });
  const found = await page.evaluate(([root, rest]) => window.axe.run(root ?? document, { resultTypes: ["violations"], ...rest }), [within, options]);
  return found.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => {
      const place = target.flat().join(" >>> "); // one selector per shadow root
      return `${id} (${impact}) at ${place}: ${failureSummary
        .split("\n")
        .slice(1)
        .map((line) => line.trim())
        .join("; ")}`;
    }),
  );
}
