// Peers in processes of their own, so that no counter, cache or collection of garbage is shared.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("process.mjs", import.meta.url));

export class Peer {
  /** Starts benches/peers/`name`.mjs on a backend of Dawn, "null" or "default"; it has `opening`, the milliseconds that took. */
  static async start(name, backend) {
    const peer = new Peer();
    peer.name = name;
    peer.child = fork(program, [name, backend], { serialization: "advanced" });
    return Object.assign(peer, await peer.#answer());
  }

  #answer() {
    const { child, name } = this;
    return new Promise((resolve, reject) => {
      const settle = (answer) => {
        child.off("message", settle).off("exit", gone);
        if (answer.error) reject(new Error(`${name}: ${answer.error}`));
        else resolve(answer);
      };
      const gone = (code, signal) => settle({ error: `the process ended (${signal ?? code})` });
      child.on("message", settle).on("exit", gone);
    });
  }

  /** `{result, ms, launches, submits, reads, lines}` of a method of the peer. */
  call(method, ...args) {
    const answer = this.#answer();
    this.child.send({ method, args });
    return answer;
  }

  /** Not awaited: Dawn can take its time to end. */
  stop() {
    this.child.kill("SIGKILL");
  }
}

/** Noise of `n` images of `values` values, digits by default, the same on every machine: a linear congruential generator's numbers, twelve to a normal one. */
export function noise(n, values = 784) {
  let state = 1;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: values * n }, () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b) - 6);
}
