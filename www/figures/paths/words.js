// What the two paths say about themselves, in sentences and figures.

/** A distance as it is shown: two decimals, and no zero for what is not zero. */
export const distance = (v) => (v > 0.00005 && v < 0.005 ? "< 0.01" : v.toFixed(2));

const LANDS = 0.005; // what two decimals show as 0.00

/** Whether conditional paths or a marginal flow are shown, and what that means. */
export function kind(state, points) {
  if (points.x1.length === 1) {
    return {
      title: points.x0.length === 1 ? "A conditional path." : "Conditional paths.",
      text:
        "With one data point the field is the conditional velocity, so each wide curve is a conditional path: an arc " +
        "under the diffusion schedule, a straight line at constant speed under conditional optimal transport.",
    };
  }
  const same = state["paths.sigmaMin"] === 0 && state["paths.diffusion"] === "cosine";
  const meets = same ? " Both exact flows end in the same data point: they differ in the way, not in the map." : "";
  const chosen = points.x0.length > 1 ? "the chosen noise point" : "the noise point";
  return {
    title: "A marginal flow.",
    text:
      "With several data points the wide curves follow the mean of all conditional velocities, weighted by how " +
      `likely each data point is from there. Thin lines are the conditional paths of ${chosen}: those of the straight path ` +
      `are straight, its flow is not.${meets}`,
  };
}

/** What the chosen diffusion schedule does. */
export const schedule = (id) =>
  ({
    cosine: "α = sin(πt/2), σ = cos(πt/2): an even pace along the arc.",
    vp: "β from 0.1 to 20, as in DDPM: the same arc, most of it in the second half of the time. It starts slowly.",
  })[id];

function ending({ error, reach }) {
  if (error < LANDS) return "lands where the path leads";
  const off = `ends ${distance(error)} off`;
  if (reach === null) return off;
  if (reach < 0.1) return `hardly leaves the noise and ${off}`;
  return reach > 1.03 ? `overshoots by ${Math.round(100 * (reach - 1))} % of the way from x₀ to x₁ and ${off}` : off;
}

/** What Euler's method made of the paths. */
export function outcome(answer, state) {
  const { diffusion, straight } = answer;
  const n = straight.nfe;
  const steps = n === 1 ? "One Euler step" : `Euler’s method with ${n} steps`;
  const shown = state["paths.show"];
  if (straight.trajectories.length === 1) {
    const [a, b] = [diffusion.trajectories[0], straight.trajectories[0]];
    if (shown !== "both") return `${steps} along the ${shown} path ${ending(shown === "straight" ? b : a)}.`;
    return `${steps} along the diffusion path ${ending(a)}; along the straight path it ${ending(b)}.`;
  }
  const of = `(mean of ${straight.trajectories.length})`;
  if (shown === "diffusion") return `${steps} ends ${distance(diffusion.error)} off along the diffusion path ${of}.`;
  const mean =
    shown === "straight"
      ? `${steps} ends ${distance(straight.error)} off along the straight path ${of}.`
      : `${steps} ends ${distance(diffusion.error)} off along the diffusion path and ${distance(straight.error)} off ` +
        `along the straight path ${of}.`;
  const several = answer.straight.trajectories[0].conditional.length > 1;
  if (n > 1 || !several) return mean;
  const where = state["paths.sigmaMin"] > 0 ? "near the mean of the data" : "on the mean of the data";
  return `${mean} From noise every data point is as likely as any other: the straight path’s one step lands ${where}.`;
}
