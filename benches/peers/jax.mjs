// jax-js on WebGPU, its functions compiled by `jit`; ours.mjs says what a peer gives.
//
// jax-js counts references: a function consumes its arguments, and `.ref` is one more reference.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LAB, model } from "../../scripts/engines.mjs";
import { fromNpm } from "../../scripts/node-gpu.mjs";
import { drawBatch } from "../problem.js";
import { parametersOf, readTensors } from "../safetensors.js";
import { makeMixer } from "./jax-mixer.mjs";
import { drawLayers, makeTrainer } from "./jax-lab.mjs";

const entry = createRequire(import.meta.url).resolve("@jax-js/jax");

export async function open() {
  const jax = await fromNpm("@jax-js/jax");
  const { numpy: np, tree } = jax;
  if (!(await jax.init()).includes("webgpu")) throw new Error("jax-js has no WebGPU here");
  jax.defaultDevice("webgpu");
  const { tensors, metadata } = readTensors(new Uint8Array(model("digits")).buffer);
  const array = ({ values, shape }) => np.array(values).reshape(shape);
  const weights = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, array(tensor)]));
  const velocity = makeMixer(jax, JSON.parse(metadata["flow-lab"]).net);
  const step = jax.jit((w, x, t, dt, condition) => x.ref.add(velocity(w, x, t, condition).mul(dt)));
  const layers = (file) => {
    const lab = readTensors(new Uint8Array(file).buffer).tensors;
    return ["layers.0", "layers.1", "layers.2", "out"].map((name) => ["weight", "bias"].map((part) => array(lab[`${name}.${part}`])));
  };
  const trainer = makeTrainer(jax, drawLayers(jax));

  return {
    version: JSON.parse(readFileSync(join(dirname(entry), "../package.json"), "utf8")).version,
    parameters: { digits: parametersOf(tensors), lab: trainer.parameters },
    async digits(noise, labels, steps) {
      const n = labels.length;
      const condition = np.array(Float32Array.from({ length: 10 * n }, (_, i) => Number(labels[Math.floor(i / 10)] === i % 10))).reshape([n, 10]);
      let x = np.array(noise).reshape([n, 784]);
      for (let k = 0; k < steps; k += 1) {
        x = step(tree.ref(weights), x, np.full([n], k / steps), np.array(1 / steps), condition.ref);
        // Until it is awaited, nothing is launched and the memory of every intermediate result is held.
        await jax.blockUntilReady(x);
      }
      condition.dispose();
      return x.data();
    },
    async train(steps) {
      let loss;
      for (let k = 0; k < steps; k += 1) loss = await trainer(drawBatch(LAB.batch));
      return loss;
    },
    async losses(file, batches) {
      const own = makeTrainer(jax, layers(file));
      const losses = [];
      for (const batch of batches) losses.push(await own(batch));
      return losses;
    },
  };
}
