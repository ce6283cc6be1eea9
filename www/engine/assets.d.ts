// What scripts/assets.mjs writes as assets.js.

export type Build = "cpu" | "gpu";
/** While a page is worked on, it may be there before the GPU's engine is. */
export const ENGINES: Readonly<Partial<Record<Build, () => Promise<typeof import("./flow_lab.js")>>>>;
export const WASM: Readonly<Partial<Record<Build, string>>>;
/** A module in base64. */
export const TILE: string;
export interface Model {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}
export const MODELS: Readonly<Record<string, Model>>;
export const FIGURES: Readonly<Record<string, string>>;
export const HOME: string | null;
