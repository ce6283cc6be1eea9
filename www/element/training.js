// Training in a worker, a slice at a time, and what a figure says of it: for figures with a progress bar, a line of text and one button.
import { slice } from "../engine/lab/slice.js";

const PICTURE_MS = 700;

/**
 * Trains until `until()` steps are made or `signal` aborts. `train(steps)` makes some and gives how many there are then, first `step`;
 * `told(step)` hears of each slice, `picture()` is waited for after the first and then now and again.
 * @param {AbortSignal} signal
 * @param {{step: number, until: () => number, train: (steps: number) => Promise<number>, told: (step: number) => void, picture: () => Promise<void>}} how
 */
export async function trainInSlices(signal, { step, until, train, told, picture }) {
  let [shown, made] = [-Infinity, step];
  for (let steps = 4; !signal.aborted && made < until(); ) {
    const began = performance.now();
    const asked = Math.min(steps, until() - made);
    made = await train(asked);
    steps = slice((performance.now() - began) / asked);
    told(made);
    if (performance.now() - shown > PICTURE_MS) {
      await picture();
      shown = performance.now();
    }
  }
}

/**
 * Says how training stands, in its line and by what the button does; `how`: see Task, `instead`: what else there is to say, `sampled`: how
 * what is trained is shown.
 */
export function tellTraining(part, { step, until, seed, how, sampled, instead = "" }) {
  const [idle, done] = [how === "idle", step >= until];
  part("progress").value = Math.min(1, step / until);
  let text = `Step ${step} of ${until}, seed ${seed}.`;
  if (step === 0) text = "Not trained yet.";
  else if (done) text = `Done: ${step} steps, seed ${seed}; ${sampled}.`;
  else if (idle) text = `Stopped at step ${step} of ${until}.`;
  part("text").textContent = instead || text;
  part("start").textContent = idle ? (step > 0 && !done ? "Continue" : "Train") : "Stop";
  part("start").disabled = how === "stopping" || (idle && done);
}
