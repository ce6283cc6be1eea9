// Fails where a module's exports run its static constructors at each call: `node scripts/check-wasm.mjs FILE.wasm`.
//
// wasm-ld does so to a module that it takes for a command, because nothing in it calls `__wasm_call_ctors`: every export
// then is a function named `NAME.command_export`, which calls the constructors first. Names are needed to see it, so the
// file to give is the linker's, not what wasm-bindgen made of it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The names of functions in a module's name section; throws where there is none. */
export function functionNames(bytes) {
  const sections = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), "name");
  if (sections.length === 0) throw new Error("the module has no names: give the file that the linker wrote");
  const section = new Uint8Array(sections[0]);
  const text = new TextDecoder();
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = section[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  const names = [];
  while (at < section.length) {
    const kind = section[at++];
    const end = number() + at;
    if (kind === 1) {
      for (let left = number(); left > 0; left -= 1) {
        number(); // which function
        const length = number();
        names.push(text.decode(section.subarray(at, at + length)));
        at += length;
      }
    }
    at = end;
  }
  return names;
}

/** The functions of a module that run its constructors before what they are called for. */
export const wrappers = (bytes) => functionNames(bytes).filter((name) => name.endsWith(".command_export"));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = wrappers(readFileSync(process.argv[2]));
  if (found.length > 0) {
    console.error(`${process.argv[2]}: ${found.length} exports run all static constructors at each call, such as ${found[0]}`);
    process.exit(1);
  }
}
