// What WebGPU costs on the host, without a GPU: Dawn's null backend takes every call and computes nothing. FLOW_LAB_ENGINES says where
// the engines are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Peer, noise } from "../benches/peers/peers.mjs";
import { wrappers } from "../scripts/check-wasm.mjs";
import { emojiRows, labels, median } from "../scripts/engines.mjs";

const STEPS = 16;
const peers = {};

before(async () => {
  for (const name of ["ours", "tfjs"]) peers[name] = await Peer.start(name, "null");
});
after(() => Object.values(peers).forEach((peer) => peer.stop()));

const evaluations = (peer) => peer.call("digits", noise(1), labels(1), STEPS);

/** A module without code whose name section names functions; without a name section for no names. */
function moduleNaming(...names) {
  const text = (s) => [s.length, ...new TextEncoder().encode(s)];
  const map = [names.length, ...names.flatMap((name, i) => [i, ...text(name)])];
  const section = [...text("name"), 1, map.length, ...map];
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...(names.length ? [0, section.length, ...section] : [])]);
}

// scripts/build-engines runs this check on what the linker wrote, at every build: the shipped files have no names any more.
test("exports that run static constructors at each call are found", () => {
  assert.deepEqual(wrappers(moduleNaming("run", "__wasm_call_ctors", "command_export_of")), []);
  assert.deepEqual(wrappers(moduleNaming("run", "run.command_export", "free.command_export")), ["run.command_export", "free.command_export"]);
  assert.throws(() => wrappers(moduleNaming()), /no names/);
});

test("an evaluation of the digit network takes at most 25 launches", async () => {
  await evaluations(peers.ours);
  const { launches, result } = await evaluations(peers.ours);
  assert.equal(result.length, 784);
  // One that counts nothing would pass too.
  assert.ok(launches >= STEPS, `${launches} launches counted`);
  assert.ok(launches / STEPS <= 25, `${launches / STEPS} launches an evaluation`);
});

test("an evaluation of the emoji network takes at most 120 launches", async () => {
  const once = (peer) => peer.call("emoji", noise(1, 64 * 64 * 3), emojiRows(1), 2);
  await once(peers.ours);
  const { launches, result } = await once(peers.ours);
  assert.equal(result.length, 64 * 64 * 3);
  assert.ok(launches > 50, `${launches} launches counted`);
  assert.ok(launches / 2 <= 120, `${launches / 2} launches an evaluation`);
});

test("a training step of the lab takes at most 20 launches", async () => {
  await peers.ours.call("train", 20);
  const { launches } = await peers.ours.call("train", 20);
  assert.ok(launches >= 20, `${launches} launches counted`);
  assert.ok(launches / 20 <= 20, `${launches / 20} launches a step`);
});

// Loops that are written out make a kernel of thousands of lines, and the first run waits for seconds until they are compiled. After the
// tests above every network was used.
test("the longest shader has at most 700 lines", async () => {
  const { lines } = await evaluations(peers.ours);
  assert.ok(lines > 100, `${lines} lines seen`);
  assert.ok(lines <= 700, `${lines} lines`);
});

// Coarse, as machines are busy: it takes a fifth of tfjs's time, and took 100 times as long when each call ran static constructors.
test("an evaluation takes the host less than four times as long as tfjs's WebGPU backend", async () => {
  const times = { ours: [], tfjs: [] };
  for (let round = 0; round < 7; round += 1) {
    for (const name of ["ours", "tfjs"]) times[name].push((await evaluations(peers[name])).ms);
  }
  const [ours, tfjs] = [median(times.ours), median(times.tfjs)];
  assert.ok(ours < 4 * tfjs, `${ours} ms against ${tfjs} ms`);
});
