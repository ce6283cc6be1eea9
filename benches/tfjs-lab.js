// One training step of the lab's default network (18-64-64-64-2, silu, Adam) by conditional flow matching, in tfjs.

import { rateAt } from "./problem.js";

const SIZES = [18, 64, 64, 64, 2];

/** Layers [weight, bias] as tfjs would draw them. */
function drawn(tf) {
  return SIZES.slice(1).map((out, k) => {
    const gain = k === 3 ? 1 : 1.4;
    return [tf.randomNormal([SIZES[k], out], 0, gain / Math.sqrt(SIZES[k])), tf.zeros([out])];
  });
}

/**
 * A function that makes one step on a batch {x0, x1, t} and returns the loss, a tensor that the caller disposes of; it has
 * `parameters`, how many numbers the network holds.
 * `layers` holds tensors [weight, bias] to begin with.
 */
export function makeTrainer(tf, layers = drawn(tf)) {
  const variables = layers.map((layer) => layer.map((value) => tf.variable(value)));
  const frequencies = tf.keep(tf.tensor([Array.from({ length: 8 }, (_, k) => 10 * 10_000 ** (-k / 8))]));
  const optimizer = tf.train.adam(rateAt(0), 0.9, 0.99, 1e-8);
  let count = 0;

  const velocity = (x, t) => {
    const angle = tf.matMul(t, frequencies);
    let h = tf.concat([x, tf.sin(angle), tf.cos(angle)], 1);
    variables.forEach(([w, b], k) => {
      h = tf.add(tf.matMul(h, w), b);
      if (k < variables.length - 1) h = tf.mul(h, tf.sigmoid(h));
    });
    return h;
  };

  const step = ({ x0, x1, t }) => {
    const n = t.length;
    optimizer.learningRate = rateAt(count);
    count += 1;
    const [start, end, time] = [tf.tensor(x0, [n, 2]), tf.tensor(x1, [n, 2]), tf.tensor(t, [n, 1])];
    const loss = optimizer.minimize(() => {
      const xt = tf.add(tf.mul(end, time), tf.mul(start, tf.sub(1, time)));
      return tf.mean(tf.square(tf.sub(velocity(xt, time), tf.sub(end, start))));
    }, true);
    tf.dispose([start, end, time]);
    return loss;
  };
  step.parameters = variables.flat().reduce((sum, { size }) => sum + size, 0);
  return step;
}
