// tfjs on its WebGPU backend; ours.mjs says what a peer gives.
import { LAB, model } from "../../scripts/engines.mjs";
import { fromNpm } from "../../scripts/node-gpu.mjs";
import { drawBatch } from "../problem.js";
import { parametersOf, readTensors } from "../safetensors.js";
import { makeTrainer } from "../tfjs-lab.js";
import { makeMixer, readWeights } from "../tfjs-mixer.js";

export async function open() {
  const { default: tf } = await fromNpm("@tensorflow/tfjs");
  await fromNpm("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs has no WebGPU here");
  await tf.ready();
  const weights = readWeights(new Uint8Array(model("digits")).buffer);
  const velocity = makeMixer(tf, weights);
  const step = makeTrainer(tf);

  return {
    version: tf.version.tfjs,
    parameters: { digits: parametersOf(weights.tensors), lab: step.parameters },
    async digits(noise, labels, steps) {
      const n = labels.length;
      const condition = tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat();
      let x = tf.tensor(noise, [n, 784]);
      for (let k = 0; k < steps; k += 1) {
        const next = tf.tidy(() => tf.add(x, tf.mul(velocity(x, tf.fill([n], k / steps), condition), 1 / steps)));
        x.dispose();
        x = next;
      }
      const values = await x.data();
      tf.dispose([x, condition]);
      return values;
    },
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
