// The shipped network written with jax-js, as its user would write it: products of whole tensors, no loops over images.

/** A function of (weights, x [n, side²], t [n], condition [n, classes]) that gives the velocity [n, side²]. */
export function makeMixer({ numpy: np, nn }, { side, patch: p, dim: d, depth }) {
  const g = side / p;
  const tokens = g * g;
  const radians = Float32Array.from({ length: 32 }, (_, k) => 1000 * Math.exp((-Math.log(10000) * k) / 32));

  return (w, x, t, condition) => {
    const n = x.shape[0];
    const linear = (x, name) => np.matmul(x, w[`${name}.weight`].ref).add(w[`${name}.bias`].ref);
    const norm = (x, name) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(w[`${name}.gamma`].ref).add(w[`${name}.beta`].ref);

    const angle = t.reshape([n, 1]).mul(np.array(radians));
    const features = np.concatenate([np.sin(angle.ref), np.cos(angle)], 1);
    const told = linear(features, "conditioner.time").add(np.matmul(condition, w["conditioner.class.weight"].ref));
    const modulation = linear(nn.silu(told), "modulate").reshape([n, 1, 4 * depth + 2, d]);
    const row = (k) => modulation.ref.slice([], [], k, []);
    const modulated = (h, k) => h.mul(row(k).add(1)).add(row(k + 1));

    const patches = x
      .reshape([n, g, p, g, p])
      .transpose([0, 1, 3, 2, 4])
      .reshape([n, tokens, p * p]);
    let h = linear(patches, "embed").add(w.position.ref);
    for (let k = 0; k < depth; k += 1) {
      const block = `blocks.${k}`;
      const y = modulated(norm(h.ref, `${block}.token_norm`), 4 * k);
      // token_in and token_out have a leading 1: np.matmul orders the axes wrongly where it multiplies 2-D by 3-D (0.1.25).
      const hidden = nn.relu(np.matmul(w[`${block}.token_in`].ref, y).add(w[`${block}.token_bias`].ref));
      h = h.add(np.matmul(w[`${block}.token_out`].ref, hidden));
      const z = modulated(norm(h.ref, `${block}.channel_norm`), 4 * k + 2);
      h = h.add(linear(nn.relu(linear(z, `${block}.channel_in`)), `${block}.channel_out`));
    }
    const last = linear(modulated(norm(h, "norm"), 4 * depth), "out");
    modulation.dispose();
    for (const weight of Object.values(w)) weight.dispose();
    return last
      .reshape([n, g, g, p, p])
      .transpose([0, 1, 3, 2, 4])
      .reshape([n, side * side]);
  };
}
