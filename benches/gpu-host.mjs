// What WebGPU costs on the host, ours and peers: `scripts/bench gpu-host`. In Node, on Dawn's null backend, where every call is valid
// and nothing is computed: what is left is the time of the host, and the number of launches.
//
// `--gpu` measures the same on the machine's driver, with what the GPU takes.
// `--check` computes on the machine's driver instead, software too, and compares the peers' answers with those of our CPU engine.
import { LAB, difference, emojiRows, labels, median } from "../scripts/engines.mjs";
import { open } from "./peers/ours.mjs";
import { Peer, noise } from "./peers/peers.mjs";

const PICTURE = 64 * 64 * 3;
const STEPS = 16;
const TRAINING = 20;
const WARM_UP = 8;
const ROUNDS = 15;
const check = process.argv.includes("--check");
const gpu = process.argv.includes("--gpu");
// The null backend runs out of pretended memory at larger batches.
const SIZES = gpu ? [1, 16, 64, 256] : [1, 16, 64];
const PICTURES = gpu ? [1, 4, 16] : [1, 4];

function demand(condition, text) {
  if (condition) return;
  console.error(text);
  process.exitCode = 1;
}

/** Every peer must hold the same networks and give as many values. */
async function compareShapes(peers) {
  const [ours, ...others] = peers;
  for (const peer of others) {
    for (const [network, count] of Object.entries(ours.parameters)) {
      demand(peer.parameters[network] === count, `${peer.name}: ${peer.parameters[network]} parameters in ${network}, ours has ${count}`);
    }
  }
  for (const peer of peers) {
    const { result, ms } = await peer.call("digits", noise(2), labels(2), 1);
    peer.first = peer.opening + ms;
    demand(result.length === 2 * 784, `${peer.name} gives ${result.length} values for two digits`);
    const loss = (await peer.call("train", 1)).result;
    demand(Number.isFinite(loss), `${peer.name}: the loss is ${loss}`);
  }
}

/** Two digits after four Euler steps, and the losses of the same training steps, against our CPU engine. */
async function compareAnswers(peers) {
  const cpu = await open("cpu");
  const expected = await cpu.digits(noise(2), labels(2), 4);
  const emoji = await cpu.emoji(noise(1, PICTURE), emojiRows(1), 2);
  const { weights, batches, losses } = await cpu.recorded(4);
  console.log("| engine | 2 digits, 4 Euler steps: largest difference | 4 training steps: largest difference of the losses |\n|---|---|---|");
  for (const peer of peers) {
    const { result } = await peer.call("digits", noise(2), labels(2), 4);
    const error = difference(expected, result);
    demand(error < 1e-2 && result.length === expected.length, `${peer.name}: other digits than our CPU engine's`);
    // Ours makes its batches itself, from the same seed.
    const theirs = peer.name === "ours" ? (await peer.call("recorded", 4)).result.losses : (await peer.call("losses", weights, batches)).result;
    const apart = difference(losses, theirs);
    demand(apart < 1e-2, `${peer.name}: other losses than our CPU engine's: ${theirs} for ${losses}`);
    if (peer.name !== "jax") {
      const found = await peer.call("emoji", noise(1, PICTURE), emojiRows(1), 2);
      demand(difference(emoji, found.result) < 1e-2, `${peer.name}: another emoji than our CPU engine's`);
    }
    console.log(`| ${peer.name} | ${error.toExponential(1)} | ${apart.toExponential(1)} |`);
  }
}

/** Medians over rounds in which the peers take turns: `{ms, launches}` a unit of work, for each peer. */
async function inTurn(peers, units, ...call) {
  const times = peers.map(() => []);
  const launches = peers.map(() => 0);
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [i, peer] of peers.entries()) {
      const answer = await peer.call(...call);
      if (round < 0) continue;
      times[i].push(answer.ms / units);
      launches[i] = answer.launches / units;
    }
  }
  return peers.map((_, i) => ({ ms: median(times[i]), launches: launches[i] }));
}

async function measure(peers) {
  const others = peers.slice(1);
  console.log(
    `| one | ${peers.map((p) => `${p.name}, ms | launches`).join(" | ")} | ${others.map((p) => `ours / ${p.name}, ms | launches`).join(" | ")} |`,
  );
  console.log(`|${"---|".repeat(1 + 2 * peers.length + 2 * others.length)}`);
  const emojiRow = async (n) => {
    const [ours, tfjs] = await inTurn(peers.slice(0, 2), 2, "emoji", noise(n, PICTURE), emojiRows(n), 2);
    const cells = [ours, tfjs].map((r) => `${r.ms.toFixed(2)} | ${r.launches.toFixed(1)}`);
    const ratio = `${(ours.ms / tfjs.ms).toFixed(2)} | ${(ours.launches / tfjs.launches).toFixed(2)}`;
    console.log(`| evaluation, ${n} emoji | ${cells.join(" | ")} | – | – | ${ratio} | – | – |`);
  };
  const row = async (what, units, ...call) => {
    const [ours, ...theirs] = await inTurn(peers, units, ...call);
    const cells = [ours, ...theirs].map((r) => `${r.ms.toFixed(2)} | ${r.launches.toFixed(1)}`);
    const ratios = theirs.map((r) => `${(ours.ms / r.ms).toFixed(2)} | ${(ours.launches / r.launches).toFixed(2)}`);
    console.log(`| ${[what, ...cells, ...ratios].join(" | ")} |`);
  };
  for (const n of SIZES) await row(`evaluation, ${n} digit${n > 1 ? "s" : ""}`, STEPS, "digits", noise(n), labels(n), STEPS);
  for (const n of PICTURES) await emojiRow(n);
  await row(`training step of the lab, batch ${LAB.batch}`, TRAINING, "train", TRAINING);
  const first = peers.map((peer) => `${peer.name} ${(peer.first / 1000).toFixed(2)} s`).join(", ");
  console.log(`\nFrom nothing to the first evaluation of two digits, with the loading of the code and all shaders compiled: ${first}.`);
  console.log(
    `\n${gpu ? "On the machine's driver" : "Host time"}, medians of ${ROUNDS} rounds in turn; ${STEPS} Euler steps without guidance and one read, ${TRAINING} training steps.`,
  );
}

const peers = [];
try {
  for (const name of ["ours", "tfjs", "jax"]) peers.push(await Peer.start(name, check || gpu ? "default" : "null"));
  await (check ? compareAnswers(peers) : compareShapes(peers));
  if (!check && !process.exitCode) await measure(peers);
  console.log(`\nNode ${process.versions.node}; ${peers.map((p) => `${p.name} ${p.version}`).join(", ")}.`);
} finally {
  for (const peer of peers) peer.stop();
}
