// tfjs on its WebGPU backend; ours.mjs says what a peer gives.
import { LAB, model } from "../../scripts/engines.mjs";
import { fromNpm } from "../../scripts/node-gpu.mjs";
import { integrated } from "../in-turn.js";
import { drawBatch } from "../problem.js";
import { parametersOf, readTensors, readWeights } from "../safetensors.js";
import { makeTrainer } from "../tfjs-lab.js";
import { makeConv } from "../tfjs-conv.js";
import { makeMixer } from "../tfjs-mixer.js";

export async function open() {
  const { default: tf } = await fromNpm("@tensorflow/tfjs");
  await fromNpm("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs has no WebGPU here");
  await tf.ready();
  const weights = readWeights(new Uint8Array(model("digits")).buffer);
  const velocity = makeMixer(tf, weights);
  const emojiVelocity = makeConv(tf, readWeights(new Uint8Array(model("emoji")).buffer));
  const step = makeTrainer(tf);

  /** The images after Euler steps. */
  async function images(field, noise, condition, steps) {
    const n = condition.shape[0];
    const step = (x, k) => tf.add(x, tf.mul(field(x, tf.fill([n], k / steps), condition), 1 / steps));
    const values = await integrated(tf, noise, n, steps, step);
    condition.dispose();
    return values;
  }

  return {
    version: tf.version.tfjs,
    parameters: { digits: parametersOf(weights.tensors), lab: step.parameters },
    digits: (noise, labels, steps) => images(velocity, noise, tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat(), steps),
    emoji: (noise, rows, steps) => images(emojiVelocity, noise, tf.tensor(rows), steps),
    async train(steps) {
      let loss;
      for (let k = 0; k < steps; k += 1) {
        loss?.dispose();
        loss = step(drawBatch(LAB.batch));
      }
      const [value] = await loss.data();
      loss.dispose();
      return value;
    },
    async losses(file, batches) {
      const { tensors } = readTensors(new Uint8Array(file).buffer);
      const layer = (name) => ["weight", "bias"].map((part) => tf.tensor(tensors[`${name}.${part}`].values, tensors[`${name}.${part}`].shape));
      const own = makeTrainer(tf, ["layers.0", "layers.1", "layers.2", "out"].map(layer));
      const losses = [];
      for (const batch of batches) losses.push((await own(batch).data())[0]);
      return losses;
    },
  };
}
