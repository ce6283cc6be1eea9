// One training step of the lab's default network (18-64-64-64-2, silu, Adam) by conditional flow matching, in jax-js: one compiled function.

import { rateAt } from "../problem.js";

const SIZES = [18, 64, 64, 64, 2];
const [BETA1, BETA2, EPSILON] = [0.9, 0.99, 1e-8];

/** Layers [weight, bias], drawn anew. */
export function drawLayers({ numpy: np, random }) {
  return SIZES.slice(1).map((out, k) => {
    const gain = (k === 3 ? 1 : 1.4) / Math.sqrt(SIZES[k]);
    return [random.normal(random.key(k), [SIZES[k], out]).mul(gain), np.zeros([out])];
  });
}

/**
 * A function that makes one step on a batch {x0, x1, t} and gives the loss; it has `parameters`, how many numbers the network holds.
 * `layers` is consumed.
 */
export function makeTrainer({ numpy: np, nn, tree, jit, valueAndGrad }, layers) {
  const radians = Float32Array.from({ length: 8 }, (_, k) => 10 * 10_000 ** (-k / 8));

  const lossOf = (layers, x0, x1, t) => {
    const xt = x1.ref.mul(t.ref).add(x0.ref.mul(np.array(1).sub(t.ref)));
    const angle = t.mul(np.array(radians));
    let h = np.concatenate([xt, np.sin(angle.ref), np.cos(angle)], 1);
    layers.forEach(([w, b], k) => {
      h = np.matmul(h, w).add(b);
      if (k < layers.length - 1) h = nn.silu(h);
    });
    return np.mean(np.square(h.sub(x1.sub(x0))));
  };

  // What changes from step to step is an input: a number would be compiled into the kernels. `rate` is the learning rate over the
  // bias correction of the first moment, `correction` that of the second.
  const step = jit((state, x0, x1, t, rate, correction) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(state.layers), x0, x1, t);
    const next = { layers: [], first: [], second: [] };
    state.layers.forEach((layer, k) => {
      const all = layer.map((value, i) => {
        const g = gradients[k][i];
        const first = state.first[k][i].mul(BETA1).add(g.ref.mul(1 - BETA1));
        const second = state.second[k][i].mul(BETA2).add(np.square(g).mul(1 - BETA2));
        const denominator = np.sqrt(second.ref.div(correction.ref)).add(EPSILON);
        return [value.sub(first.ref.div(denominator).mul(rate.ref)), first, second];
      });
      next.layers.push(all.map((a) => a[0]));
      next.first.push(all.map((a) => a[1]));
      next.second.push(all.map((a) => a[2]));
    });
    rate.dispose();
    correction.dispose();
    return [next, loss];
  });

  const zeros = () => layers.map((layer) => layer.map(({ shape }) => np.zeros(shape)));
  const parameters = layers.flat().reduce((sum, { size }) => sum + size, 0);
  let state = { layers, first: zeros(), second: zeros() };
  let count = 0;
  const train = async ({ x0, x1, t }) => {
    const n = t.length;
    count += 1;
    const inputs = [np.array(x0).reshape([n, 2]), np.array(x1).reshape([n, 2]), np.array(t).reshape([n, 1])];
    const rate = rateAt(count - 1) / (1 - BETA1 ** count);
    const [next, loss] = step(state, ...inputs, np.array(rate), np.array(1 - BETA2 ** count));
    state = next;
    // Awaited each step: what is not, jax-js keeps in a list that each result carries.
    return (await loss.data())[0];
  };
  train.parameters = parameters;
  return train;
}
