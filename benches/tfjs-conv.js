// The emoji network written with tfjs operations, as a tfjs user would write it for speed: images stay channels last, 1×1 convolutions are
// matrix products with their bias and residual fused where tfjs can, and the 3×3 ones its own depthwise convolution.

/** Velocity network or flow map: (x [n, values], t [n], condition [n, classes], length [n]) → [n, values]. */
export function makeConv(tf, { tensors, config }) {
  const { side, colors, widths, depths, map } = config;
  const w = Object.fromEntries(Object.entries(tensors).map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const filters = Object.fromEntries(
    Object.keys(tensors)
      .filter((name) => name.endsWith(".depthwise"))
      .map((name) => [name, tf.keep(w[name].reshape([3, 3, w[name].shape[2], 1]))]),
  );
  const frequencies = tf.keep(tf.tensor1d(Array.from({ length: 32 }, (_, k) => 1000 * Math.exp((-Math.log(10000) * k) / 32))));
  const silu = (x) => tf.mul(x, tf.sigmoid(x));
  const linear = (x, name) => tf.fused.matMul({ a: x, b: w[`${name}.weight`], bias: w[`${name}.bias`] });
  const features = (t, n) => {
    const angle = tf.mul(t.reshape([n, 1]), frequencies);
    return tf.concat([tf.sin(angle), tf.cos(angle)], 1);
  };
  /** Norm by the root mean square, scaled and shifted for each sample; h [n pixels, c], scale and shift [n, 1, c]. */
  const normed = (h, n, scale, shift) => {
    const c = h.shape[1];
    const unit = tf.mul(h, tf.rsqrt(tf.add(tf.mean(tf.square(h), 1, true), 1e-6)));
    return tf.add(tf.mul(unit.reshape([n, -1, c]), tf.add(scale, 1)), shift).reshape([-1, c]);
  };
  const unshuffle = (h, n, s, c) => tf.transpose(h.reshape([n * (s / 2), 2, s / 2, 2 * c]), [0, 2, 1, 3]).reshape([(n * s * s) / 4, 4 * c]);
  const shuffle = (h, n, s, c) => tf.transpose(h.reshape([n * s, s, 2, 2 * c]), [0, 2, 1, 3]).reshape([n * s * s * 4, c]);

  const block = (h, name, modulation, n, s, skip) => {
    const c = h.shape[1];
    const input = skip ? linear(tf.concat([h, skip], 1), `${name}.merge`) : h;
    const parts = tf.add(modulation.reshape([n, 6, c]), w[`${name}.table`]);
    const [scale1, shift1, gate1, scale2, shift2, gate2] = tf.split(parts, 6, 1);
    const y = linear(normed(input, n, scale1, shift1), `${name}.conv_in`).reshape([n, s, s, c]);
    const convolved = tf.add(tf.depthwiseConv2d(y, filters[`${name}.depthwise`], 1, "same"), w[`${name}.depthwise_bias`]);
    const active = silu(convolved).reshape([n, s * s, c]);
    const attention = tf.sigmoid(linear(tf.mean(active, 1), `${name}.attend`)).reshape([n, 1, c]);
    const first = linear(tf.mul(active, attention).reshape([-1, c]), `${name}.conv_out`).reshape([n, s * s, c]);
    const middle = tf.add(input, tf.mul(first, tf.add(gate1, 1)).reshape([-1, c]));
    const hidden = silu(linear(normed(middle, n, scale2, shift2), `${name}.mlp_in`));
    const second = linear(hidden, `${name}.mlp_out`).reshape([n, s * s, c]);
    return tf.add(middle, tf.mul(second, tf.add(gate2, 1)).reshape([-1, c]));
  };

  return (x, t, condition, length) =>
    tf.tidy(() => {
      const n = x.shape[0];
      let sum = tf.add(linear(features(t, n), "conditioner.time"), tf.matMul(condition, w["conditioner.class.weight"]));
      if (map) sum = tf.add(sum, tf.matMul(features(length, n), w["conditioner.span.weight"]));
      const c = silu(sum);
      const modulations = widths.map((_, i) => linear(c, `modulate.${i}`));
      let s = side / 2;
      let h = linear(unshuffle(x, n, side, colors), "embed");
      const skips = [];
      const last = widths.length - 1;
      for (let i = 0; i < last; i += 1) {
        for (let k = 0; k < depths[i]; k += 1) {
          h = block(h, `encode.${i}.${k}`, modulations[i], n, s);
          skips.push(h);
        }
        h = linear(unshuffle(h, n, s, widths[i]), `down.${i}`);
        s /= 2;
      }
      for (let k = 0; k < depths[last]; k += 1) h = block(h, `middle.${k}`, modulations[last], n, s);
      for (let i = last - 1; i >= 0; i -= 1) {
        h = shuffle(linear(h, `up.${i}`), n, s, widths[i]);
        s *= 2;
        for (let k = 0; k < depths[i]; k += 1) h = block(h, `decode.${i}.${k}`, modulations[i], n, s, skips.pop());
      }
      const [scale, shift] = tf.split(linear(c, "last").reshape([n, 2, widths[0]]), 2, 1);
      return shuffle(linear(normed(h, n, scale, shift), "out"), n, s, colors).reshape([n, side * side * colors]);
    });
}
