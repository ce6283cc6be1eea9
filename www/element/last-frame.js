// A run whose end alone counts.
import { unless } from "./task.js";

/**
 * The last frame of a run of `network` (an ImageNetwork), unless `signal` aborts; `from`: what it begins with; `during(frame)`, where it is given,
 * sees every frame.
 */
export async function lastFrame(network, signal, request, from, during = null) {
  let end = null;
  const onFrame = (frame) => {
    end = frame;
    during?.(frame);
  };
  await unless(signal, network.sample(request, onFrame, { from, last: !during }), () => network.stop());
  return end;
}
