// The distribution's Firefox, which Playwright drives over WebDriver BiDi with the code that drives Chromium.
import { createRequire } from "node:module";
import { tmpdir } from "node:os";

const require = createRequire(import.meta.url);

// A proxy that is not there keeps Firefox from asking the network for settings and updates; localhost needs none.
const OFFLINE = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "network.proxy.allow_bypass": false,
  "network.proxy.failover_direct": false,
  "network.trr.mode": 5,
  "browser.download.folderList": 2,
  "browser.download.dir": tmpdir(),
};
// What Playwright asks of every Firefox it drives over WebDriver BiDi and Firefox 140 does not know; no test needs it.
const UNKNOWN = /^(network\.addDataCollector|browser\.setDownloadBehavior|emulation\.setScreen(Orientation|Settings)Override)$/;

// On some processors Firefox 140 computes WebAssembly's vectors a hundred times slower in a thread that was started after the page's own
// thread had used 512-bit registers (docs/results.md). The C library uses them for copies, unless it is told not to.
const NO_AVX512 = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512CD,-AVX512DQ";

function launch({ dark, reducedMotion }) {
  const { prototype } = require("playwright-core/lib/utilsBundle").ws;
  const send = (prototype.plainSend ??= prototype.send);
  prototype.send = function (data, ...rest) {
    const { id, method } = String(data).startsWith("{") ? JSON.parse(data) : {};
    return send.call(this, UNKNOWN.test(method) ? JSON.stringify({ id, method: "session.status", params: {} }) : data, ...rest);
  };
  return require("playwright-core").firefox.launch({
    channel: "moz-firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    env: { ...process.env, GLIBC_TUNABLES: NO_AVX512 },
    firefoxUserPrefs: { ...OFFLINE, "ui.systemUsesDarkTheme": Number(dark), "ui.prefersReducedMotion": Number(reducedMotion) },
  });
}

/**
 * A Firefox to be used as Playwright's browsers are. Dark colors and reduced motion are settings of a whole Firefox, so that
 * contexts which want them get one of their own.
 */
export async function firefox() {
  const running = new Map();
  const of = (dark, reducedMotion) => {
    const key = `${dark} ${reducedMotion}`;
    if (!running.has(key)) running.set(key, launch({ dark, reducedMotion }));
    return running.get(key);
  };
  await of(false, false);
  return {
    async newContext({ colorScheme, reducedMotion, isMobile, hasTouch, ...options } = {}) {
      return (await of(colorScheme === "dark", reducedMotion === "reduce")).newContext(options);
    },
    close: async () => Promise.all((await Promise.all(running.values())).map((browser) => browser.close())),
  };
}
