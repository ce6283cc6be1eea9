// The picture on the pad as text for a link: a small image file, in base64url.
import { fromUrl, toUrl } from "../../element/base64url.js";

const MOST = 6000; // characters: longer links break on their way

/** What {@link write} makes, or nothing; no image file is shorter than 60 characters. */
export const PATTERN = new RegExp(`^([A-Za-z0-9_-]{60,${MOST}})?$`);

/** The canvas as text: exactly where a PNG file is short enough, as what is painted is, else nearly, as JPEG. */
export function write(canvas) {
  for (const [type, quality] of [["image/png"], ["image/jpeg", 0.85], ["image/jpeg", 0.5]]) {
    const text = toUrl(canvas.toDataURL(type, quality).split(",")[1]);
    if (text.length <= MOST) return text;
  }
  return "";
}

/** The other way: an ImageBitmap. Rejects where the text is no picture. */
export async function read(drawing) {
  const bytes = Uint8Array.from(fromUrl(drawing), (c) => c.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: drawing.startsWith("iVBOR") ? "image/png" : "image/jpeg" }));
}
