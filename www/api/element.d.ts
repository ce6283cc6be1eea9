// The types of <flow-lab>; importing "flow-matching-lab/element" defines the element.

/** A setting of a figure: what its controls hold, under the keys that stand in its links. */
export type FlowLabState = Readonly<Record<string, string | number>>;

/** The figures: `figure="…"`. */
export type FigureName = "generate" | "digits" | "paths" | "lab" | "guidance" | "latent" | "race" | "few-steps" | "edit" | "emoji" | "restyle";

/**
 * One live figure. Attributes: `figure`; a start value for every control; `controls` ("all", "main", "none"); `hide` (single
 * controls); `theme` ("light", "dark"); `start` ("view", "press"). Attributes that change hold from then on.
 */
export class FlowLab extends HTMLElement {
  /** The attribute `figure`. */
  get name(): string | null;
  /** Keeps the state in `state` and calls `save()` after changes; to be set before the figure is near the view. */
  set link(link: { state: Record<string, string | number>; save(): void } | null);
  /** The state was replaced from outside; `keys` changed. */
  replaced(keys: readonly string[]): void;
}

/** The figure is there. It bubbles, also out of shadow roots. */
export type FlowLabReadyEvent = CustomEvent<null>;

/** A person changed something. It bubbles, also out of shadow roots. */
export type FlowLabChangeEvent = CustomEvent<{ readonly state: FlowLabState }>;

declare global {
  interface HTMLElementTagNameMap {
    "flow-lab": FlowLab;
  }
  interface GlobalEventHandlersEventMap {
    "flow-lab-ready": FlowLabReadyEvent;
    "flow-lab-change": FlowLabChangeEvent;
  }
}
