// Our engines. The one on WebGPU is a peer, `open("cpu")` is what all peers are compared with.
//
// `open(backend)` of a peer gives {version, parameters, digits, train, losses}:
// - parameters: {digits, lab}, how many numbers each network holds;
// - digits(noise, labels, steps): the digits after `steps` Euler steps without guidance, read once;
// - emoji(noise, rows, steps): the same of the emoji network; a row of the condition for each picture (ours and tfjs only);
// - train(steps): makes training steps of the lab on batches of its own and returns the last loss;
// - losses(weights, batches): the loss of each batch, one training step on each, beginning with `weights` (a safetensors file).
// Ours has `recorded` in place of `losses`: it makes the weights, the batches and the losses.
import { readFileSync } from "node:fs";
import { engineModule } from "../../scripts/node-gpu.mjs";
import { LAB, lastImages, model, request, root } from "../../scripts/engines.mjs";
import { parametersOf, readTensors } from "../safetensors.js";

/** The same weights file with every weight 0. */
function zeroed(file) {
  const copy = Uint8Array.from(file);
  copy.fill(0, 8 + Number(file.readBigUInt64LE()));
  return copy;
}

/** `backend` is Dawn's for the engine on WebGPU, and "cpu" for the other. */
export async function open(backend) {
  const module = await engineModule(backend === "cpu" ? "cpu" : "gpu");
  const engineWith = async (file) => {
    const engine = await module.Engine.open(backend === "cpu" ? "cpu" : "webgpu");
    // The engine compares a network's answer with the CPU's when it loads it. On the null backend every answer is 0.
    await engine.load(backend === "null" ? zeroed(file) : file);
    return engine;
  };
  const file = model("digits");
  const engine = await engineWith(file);
  let emoji = null; // opened by the first run
  const lab = engine.lab(JSON.stringify(LAB));
  return {
    version: /^version = "(.*)"$/m.exec(readFileSync(`${root}Cargo.toml`, "utf8"))[1],
    // The engine counts the lab's network only; the file's count is the digit network's.
    parameters: { digits: parametersOf(readTensors(new Uint8Array(file).buffer).tensors), lab: lab.parameters },
    digits: (noise, labels, steps) => lastImages(engine.decode(request(labels, steps), noise)),
    emoji: async (noise, rows, steps) => lastImages((await (emoji ??= engineWith(model("emoji")))).decode(request(rows, steps), noise)),
    train: async (steps) => (await lab.train(steps)).losses.at(-1),
    async recorded(steps) {
      const weights = await lab.weights();
      const batches = [];
      const losses = [];
      for (let k = 0; k < steps; k += 1) {
        const { x0, x1, t } = await lab.stages(LAB.batch);
        batches.push({ x0, x1, t });
        losses.push((await lab.train(1)).losses[0]);
      }
      return { weights, batches, losses };
    },
  };
}
