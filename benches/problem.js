// The lab's default problem for the peers: batches from a Gaussian to two moons, and the learning rate.

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

function moon() {
  const angle = Math.PI * Math.random();
  const [x, y] = Math.random() < 0.5 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  const blur = 0.2 * Math.random();
  return [3 * (x + blur) - 1, 3 * (y + blur) - 1];
}

/** `n` pairs and their times: x0 and x1 hold 2 values a pair, t one. */
export function drawBatch(n) {
  const x0 = Float32Array.from({ length: 2 * n }, normal);
  const x1 = new Float32Array(2 * n);
  for (let i = 0; i < n; i += 1) x1.set(moon(), 2 * i);
  return { x0, x1, t: Float32Array.from({ length: n }, Math.random) };
}

/** The learning rate of step `step`, counted from 0: 50 steps of warm-up. */
export const rateAt = (step) => 2e-3 * Math.min(1, (step + 1) / 50);
