// A grid of n digits at `steps` Euler steps with guidance, by ours and by peers: functions that give the last state.
import { MODELS } from "./assets.js";
import { integrated, openJax, openTfjs } from "./in-turn.js";
import { makeMixer as makeJaxMixer } from "./peers/jax-mixer.mjs";
import { readWeights } from "./safetensors.js";
import { makeMixer } from "./tfjs-mixer.js";

export const readDigits = async () => (await fetch(MODELS.digits.url)).arrayBuffer();

/** The request of such a run. */
export const request = ({ n, steps, guidance, seed }) => ({
  seed,
  labels: Array.from({ length: n }, (_, i) => i % 10),
  steps,
  solver: "euler",
  tolerance: 0.01,
  guidance: { weight: guidance, from: 0, to: 1 },
});

/** One-hot rows of the labels, then, for guidance, as many of no class. */
const conditions = ({ n, guidance }) =>
  Float32Array.from({ length: 10 * n * (guidance === 1 ? 1 : 2) }, (_, i) => Number(i < 10 * n && Math.floor(i / 10) % 10 === i % 10));

/** `noise()`: where ours began. */
export async function tfjsDigits(tf, bytes, work, noise, threads) {
  await openTfjs(tf, threads);
  const { n, steps, guidance } = work;
  const velocity = makeMixer(tf, readWeights(bytes));
  const rows = guidance === 1 ? n : 2 * n;
  const condition = tf.tensor(conditions(work), [rows, 10]);
  const step = (x, k) => {
    const both = velocity(guidance === 1 ? x : tf.concat([x, x], 0), tf.fill([rows], k / steps), condition);
    if (guidance === 1) return tf.add(x, tf.mul(both, 1 / steps));
    const [c, u] = tf.split(both, 2, 0);
    return tf.add(x, tf.mul(tf.add(u, tf.mul(tf.sub(c, u), guidance)), 1 / steps));
  };
  return () => integrated(tf, noise(), n, steps, step);
}

/** Likewise by jax-js: one compiled function a step. */
export async function jaxDigits(bytes, work, noise) {
  const jax = await openJax();
  const { numpy: np, tree } = jax;
  const { n, steps, guidance } = work;
  const { tensors, config } = readWeights(bytes);
  const weights = Object.fromEntries(Object.entries(tensors).map(([name, { values, shape }]) => [name, np.array(values).reshape(shape)]));
  const velocity = makeJaxMixer(jax, config);
  const rows = guidance === 1 ? n : 2 * n;
  const step = jax.jit((w, x, t, condition) => {
    if (guidance === 1) return x.ref.add(velocity(w, x, t, condition).mul(1 / steps));
    const both = velocity(w, np.concatenate([x.ref, x.ref], 0), t, condition);
    const without = both.ref.slice([n, 2 * n]);
    const guided = both.slice([0, n]).sub(without.ref).mul(guidance).add(without);
    return x.add(guided.mul(1 / steps));
  });
  const condition = np.array(conditions(work)).reshape([rows, 10]);
  return async () => {
    let x = np.array(noise()).reshape([n, 784]);
    for (let k = 0; k < steps; k += 1) {
      x = step(tree.ref(weights), x, np.full([rows], k / steps), condition.ref);
      await jax.blockUntilReady(x);
    }
    return x.data();
  };
}
