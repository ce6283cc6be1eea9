// The shipped network written with tfjs operations, as a tfjs user would write it for speed: token products
// as transposed 2-D products, because tfjs's wasm backend runs XNNPACK only where the right factor is one
// matrix; bias and relu fused.

export function makeMixer(tf, { tensors, config }) {
  const { side, patch: p, dim: d, depth } = config;
  const g = side / p;
  const tokens = g * g;
  const w = Object.fromEntries(Object.entries(tensors).map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  // [1, out, in] and [1, out, 1] become [in, out] and [out].
  const token = Array.from({ length: depth }, (_, k) => ({
    into: tf.keep(tf.transpose(w[`blocks.${k}.token_in`].squeeze([0]))),
    // Made anew: a reshaped tensor keeps its first rank where the fused kernel looks.
    bias: tf.keep(tf.tensor1d(tensors[`blocks.${k}.token_bias`].values)),
    out: tf.keep(tf.transpose(w[`blocks.${k}.token_out`].squeeze([0]))),
  }));
  const frequencies = tf.keep(tf.tensor1d(Array.from({ length: 32 }, (_, k) => 1000 * Math.exp((-Math.log(10000) * k) / 32))));

  const linear = (x, name, activation) => tf.fused.matMul({ a: x, b: w[`${name}.weight`], bias: w[`${name}.bias`], activation });
  const silu = (x) => tf.mul(x, tf.sigmoid(x));
  const norm = (x, name) => {
    const mean = tf.mean(x, 1, true);
    const centered = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centered), 1, true);
    const unit = tf.mul(centered, tf.rsqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(unit, w[`${name}.gamma`]), w[`${name}.beta`]);
  };

  /** x [n, side²], t [n], condition [n, classes] → velocity [n, side²]. */
  return (x, t, condition) =>
    tf.tidy(() => {
      const n = x.shape[0];
      const angle = tf.mul(t.reshape([n, 1]), frequencies);
      const features = tf.concat([tf.sin(angle), tf.cos(angle)], 1);
      const c = silu(tf.add(linear(features, "conditioner.time"), tf.matMul(condition, w["conditioner.class.weight"])));
      const modulation = linear(c, "modulate");
      const row = (k) => tf.slice(modulation, [0, k * d], [n, d]).reshape([n, 1, d]);
      const modulated = (h, k) => tf.add(tf.mul(h.reshape([n, tokens, d]), tf.add(row(k), 1)), row(k + 1)).reshape([n * tokens, d]);

      const patches = tf.transpose(x.reshape([n * g, p, g, p]), [0, 2, 1, 3]).reshape([n * tokens, p * p]);
      let h = tf.add(linear(patches, "embed").reshape([n, tokens, d]), w.position).reshape([n * tokens, d]);
      for (let k = 0; k < depth; k += 1) {
        const y = modulated(norm(h, `blocks.${k}.token_norm`), 4 * k).reshape([n, tokens, d]);
        const columns = tf.transpose(y, [0, 2, 1]).reshape([n * d, tokens]);
        const hidden = tf.fused.matMul({ a: columns, b: token[k].into, bias: token[k].bias, activation: "relu" });
        const mixed = tf.matMul(hidden, token[k].out).reshape([n, d, tokens]);
        h = tf.add(h, tf.transpose(mixed, [0, 2, 1]).reshape([n * tokens, d]));
        const z = modulated(norm(h, `blocks.${k}.channel_norm`), 4 * k + 2);
        h = tf.add(h, linear(linear(z, `blocks.${k}.channel_in`, "relu"), `blocks.${k}.channel_out`));
      }
      const last = modulated(norm(h, "norm"), 4 * depth);
      return tf.transpose(linear(last, "out").reshape([n * g, g, p, p]), [0, 2, 1, 3]).reshape([n, side * side]);
    });
}
