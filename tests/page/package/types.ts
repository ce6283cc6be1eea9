// What the types let through, and what they stop. Compiled, never run.
import {
  createEngine,
  createTraining,
  type EmojiLabel,
  type Engine,
  type FewRequest,
  type Flow,
  type Frame,
  type Progress,
  type SampleRequest,
} from "flow-matching-lab";
import type { FlowLab, FlowLabChangeEvent } from "flow-matching-lab/element";

export async function right(signal: AbortSignal) {
  const engine: Engine = await createEngine();
  const few: Engine<FewRequest> = await createEngine({ network: "few-step", backend: "webgpu", onProgress: (share: number) => share, signal });
  const frame: Frame = await engine.draw({ labels: [1, null], seed: 1, solver: "dopri5", tolerance: 0.001, guidance: { weight: 3 }, signal });
  const emoji: Engine<SampleRequest<EmojiLabel>> = await createEngine({ network: "emoji" });
  await emoji.draw({ labels: [{ category: "food", style: { noto: 0.5, twemoji: 0.5 } }, { style: null }, null], guidance: 2, solver: "heun" });
  for await (const { t, nfe, x, x1, done } of few.sample({ labels: [1], steps: 1 })) {
    const values: [number, number, Float32Array, Float32Array, boolean] = [t, nfe, x, x1, done];
    console.log(values);
  }
  const run = await createTraining({ source: { text: "A" }, target: { points: new Float32Array(4) }, width: 128 }, { backend: "cpu" });
  for await (const progress of run.train({ steps: 10, every: 5, signal })) {
    const { step, loss, done }: Progress = progress;
    console.log(step, loss, done);
  }
  const flow: Flow = await run.sample({ particles: 100, solver: "rk4", steps: 4 });
  const bytes: Uint8Array = await run.weights();
  const element: FlowLab = document.createElement("flow-lab");
  element.addEventListener("flow-lab-change", (event: FlowLabChangeEvent) => console.log(event.detail.state["steps"]));
  document.querySelector("flow-lab")?.setAttribute("figure", "paths");
  return [frame, flow, bytes, element.name];
}

export async function wrong() {
  const engine = await createEngine({ network: "digits" });
  const few = await createEngine({ network: "few-step" });
  const run = await createTraining();
  // @ts-expect-error there is no such backend
  await createEngine({ backend: "gpu" });
  // @ts-expect-error nor such an option
  await createEngine({ engine: "cpu" });
  // @ts-expect-error labels are needed
  engine.sample({ steps: 2 });
  // @ts-expect-error labels are numbers
  engine.sample({ labels: ["1"] });
  // @ts-expect-error a solver's name
  engine.sample({ labels: [1], solver: "euler2" });
  // @ts-expect-error a few-step network takes no solver
  few.sample({ labels: [1], solver: "heun" });
  // @ts-expect-error a style's name
  (await createEngine({ network: "emoji" })).draw({ labels: [{ style: "emojione" }] });
  // @ts-expect-error emoji have no digits
  (await createEngine({ network: "emoji-few-step" })).draw({ labels: [3] });
  // @ts-expect-error it is an iterator, not a promise of frames
  (await engine.sample({ labels: [1] })).x;
  // @ts-expect-error where it computes is not for the caller to write
  engine.backend = "cpu";
  // @ts-expect-error a named distribution
  await createTraining({ target: "moon" });
  // @ts-expect-error text or points
  await createTraining({ target: { word: "A" } });
  // @ts-expect-error one of few widths
  await createTraining({ width: 48 });
  // @ts-expect-error the lab's own name for it
  run.train({ until: 10 });
  // @ts-expect-error the event is of another kind
  document.addEventListener("flow-lab-change", (event: KeyboardEvent) => event.key);
  // @ts-expect-error there are no more than these functions
  await import("flow-matching-lab/app/figures/lab/table.js");
}
