// The part of CanvasRenderingContext2D that layers draw with, writing SVG instead: one drawing, two forms.

const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const round = (v) => String(Math.round(v * 10) / 10);

export class SvgContext {
  /** Layers that would draw an image of particles draw them as paths here. */
  vector = true;
  strokeStyle = "#000";
  fillStyle = "#000";
  lineWidth = 1;
  lineCap = "butt";
  lineJoin = "miter";
  globalAlpha = 1;
  font = "10px sans-serif";
  textAlign = "start";
  textBaseline = "alphabetic";
  imageSmoothingEnabled = true;
  imageSmoothingQuality = "low";
  #dash = [];
  #path = [];
  #parts = [];

  beginPath() {
    this.#path = [];
  }
  moveTo(x, y) {
    this.#path.push(`M${round(x)} ${round(y)}`);
  }
  lineTo(x, y) {
    this.#path.push(`L${round(x)} ${round(y)}`);
  }
  quadraticCurveTo(a, b, x, y) {
    this.#path.push(`Q${[a, b, x, y].map(round).join(" ")}`);
  }
  bezierCurveTo(a, b, c, d, x, y) {
    this.#path.push(`C${[a, b, c, d, x, y].map(round).join(" ")}`);
  }
  closePath() {
    this.#path.push("Z");
  }
  setLineDash(dash) {
    this.#dash = dash;
  }

  /** Whole circles only, from (x + r, y), which is what layers draw. */
  arc(x, y, r) {
    const half = `a${round(r)} ${round(r)} 0 1 1`;
    this.#path.push(`M${round(x + r)} ${round(y)}${half} ${round(-2 * r)} 0${half} ${round(2 * r)} 0`);
  }

  stroke() {
    if (this.#path.length) this.#parts.push(`<path d="${this.#path.join("")}" fill="none"${this.#line()}/>`);
  }

  fill() {
    if (!this.#path.length) return;
    this.#parts.push(`<path d="${this.#path.join("")}" fill="${this.fillStyle}"${this.#alpha()}/>`);
  }

  fillRect(x, y, width, height) {
    const box = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
    this.#parts.push(`<rect ${box} fill="${this.fillStyle}"${this.#alpha()}/>`);
  }

  fillText(text, x, y) {
    this.#text(text, x, y, `fill="${this.fillStyle}"`);
  }
  strokeText(text, x, y) {
    this.#text(text, x, y, `fill="none"${this.#line()}`);
  }

  /** A map of a few cells, enlarged by whoever shows the file. */
  drawImage(canvas, x, y, width, height) {
    const box = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
    this.#parts.push(`<image ${box} href="${canvas.toDataURL("image/png")}" preserveAspectRatio="none"/>`);
  }

  measureText(text) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = this.font;
    return context.measureText(text);
  }

  #alpha() {
    return this.globalAlpha < 1 ? ` opacity="${Math.round(this.globalAlpha * 100) / 100}"` : "";
  }

  #line() {
    const dash = this.#dash.length ? ` stroke-dasharray="${this.#dash.map(round).join(" ")}"` : "";
    const width = Math.round(this.lineWidth * 100) / 100;
    const ends = ` stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}"`;
    return ` stroke="${this.strokeStyle}" stroke-width="${width}"${ends}${dash}${this.#alpha()}`;
  }

  #text(text, x, y, paint) {
    const anchor = { center: "middle", right: "end", end: "end" }[this.textAlign] ?? "start";
    const [, weight, size, family] = /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font);
    const middle = this.textBaseline === "middle" ? ' dominant-baseline="central"' : "";
    const font = `font-family="${escapeHtml(family)}" font-size="${round(Number(size))}" font-weight="${weight ?? 400}"`;
    const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${middle}`;
    this.#parts.push(`<text ${place} ${font} ${paint}>${escapeHtml(text)}</text>`);
  }

  /** The document: `size` pixels squared, what it is called, what it shows, and where its numbers came from. */
  text(size, { title = "", description = "", metadata = {} } = {}) {
    return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" role="img">
<title>${escapeHtml(title)}</title>
<desc>${escapeHtml(description)}</desc>
<metadata>${escapeHtml(JSON.stringify(metadata))}</metadata>
${this.#parts.join("\n")}
</svg>
`;
  }
}
