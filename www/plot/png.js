// Text inside a PNG file: where a picture says what made it.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 as PNG uses it (ISO 3309). */
export function crc32(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = TABLE[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** One "iTXt" chunk (PNG, third edition, 11.3.3.4): UTF-8, uncompressed. `keyword`: 1 to 79 Latin letters. */
function textChunk(keyword, text) {
  const head = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0`);
  const body = new TextEncoder().encode(text);
  const chunk = new Uint8Array(4 + head.length + body.length + 4);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, head.length - 4 + body.length);
  chunk.set(head, 4);
  chunk.set(body, 4 + head.length);
  view.setUint32(chunk.length - 4, crc32(chunk.subarray(4, chunk.length - 4)));
  return chunk;
}

const HEADER = 8 + 25; // the signature and the IHDR chunk, which must come first

/** The PNG file `bytes` with texts {keyword: text} in it. */
export function withText(bytes, texts) {
  const chunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  const out = new Uint8Array(bytes.length + chunks.reduce((sum, c) => sum + c.length, 0));
  out.set(bytes.subarray(0, HEADER));
  let at = HEADER;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  out.set(bytes.subarray(HEADER), at);
  return out;
}
