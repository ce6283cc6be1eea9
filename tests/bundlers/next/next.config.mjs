import { join } from "node:path";

// Static files; the packages are two folders above.
export default { output: "export", turbopack: { root: join(import.meta.dirname, "../..") } };
