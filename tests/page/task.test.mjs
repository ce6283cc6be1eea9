// Work that is begun, stopped, rests and goes on, as figures do it.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Delay } from "../../www/element/delay.js";
import { Task, pause, unless } from "../../www/element/task.js";

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A task that records what it shows and reports, and work that writes down when it begins, and how it ends. */
function recorded() {
  const [states, problems, events] = [[], [], []];
  const task = new Task(
    (how) => states.at(-1) !== how && states.push(how),
    (text) => problems.push(text),
  );
  const work = (name) => async (signal) => {
    events.push(`${name} begins`);
    for (let i = 0; i < 4 && !signal.aborted; i += 1) await soon();
    await soon(); // it takes a while to come to rest
    events.push(`${name} ${signal.aborted ? "stopped" : "ended"}`);
  };
  return { task, states, problems, events, work };
}

test("a piece of work runs to its end", async () => {
  const { task, states, events, work } = recorded();
  const ended = task.run(work("a"));
  assert.equal(task.busy, true);
  await ended;
  assert.equal(task.busy, false);
  assert.deepEqual(events, ["a begins", "a ended"]);
  assert.deepEqual(states, ["busy", "idle"]);
});

test("a new piece begins when the one before has come to rest; one that was overtaken does not begin at all", async () => {
  const { task, states, events, work } = recorded();
  task.run(work("a"));
  await soon();
  task.run(work("b"));
  await task.run(work("c"));
  assert.deepEqual(events, ["a begins", "a stopped", "c begins", "c ended"]);
  assert.deepEqual(states, ["busy", "idle"]);
});

test("stopped, it is stopping until it has come to rest, and does not go on by itself", async () => {
  const { task, states, events, work } = recorded();
  task.run(work("a"));
  await soon();
  const stopped = task.stop();
  assert.deepEqual([task.busy, states.at(-1)], [false, "stopping"]);
  await stopped;
  task.resume();
  await soon();
  assert.deepEqual(events, ["a begins", "a stopped"]);
  assert.deepEqual(states, ["busy", "stopping", "idle"]);
});

test("it goes on where it rested, however often and quickly, and never twice at once", async () => {
  const { task, events, work } = recorded();
  task.run(work("a"));
  await soon();
  for (let i = 0; i < 3; i += 1) {
    task.rest();
    task.rest(); // told twice: the same
    assert.deepEqual([task.busy, task.owed], [false, true]);
    task.resume();
    task.resume();
  }
  while (task.busy) await soon();
  assert.deepEqual(events, ["a begins", "a stopped", "a begins", "a ended"]);
  task.rest(); // nothing is at work
  task.resume();
  await soon();
  assert.equal(events.length, 4);
});

test("what is asked for while it rests waits; a stop forgets it", async () => {
  const { task, states, events, work } = recorded();
  task.rest();
  task.run(work("a"));
  task.run(work("b"));
  await soon();
  assert.deepEqual([events, states.at(-1), task.owed], [[], "idle", true]);
  task.resume();
  while (task.busy) await soon();
  assert.deepEqual(events, ["b begins", "b ended"]);
  task.rest();
  task.run(work("c"));
  await task.stop();
  task.resume();
  await soon();
  assert.deepEqual([events.length, task.owed], [2, false]);
});

test("closed, it stops and does nothing any more", async () => {
  const { task, states, events, work } = recorded();
  task.run(work("a"));
  await soon();
  await task.close();
  await task.run(work("b"));
  assert.deepEqual(events, ["a begins", "a stopped"]);
  assert.equal(states.at(-1), "idle");
});

test("what goes wrong is reported, a stop is not, and the next piece runs", async () => {
  const { task, states, problems, events, work } = recorded();
  await task.run(async () => {
    throw new Error("no paper");
  });
  assert.deepEqual(problems, ["no paper"]);
  task.run((signal) => unless(signal, new Promise(() => {})));
  await soon();
  await task.stop();
  assert.deepEqual(problems, ["no paper"]);
  await task.run(work("a"));
  assert.deepEqual(events, ["a begins", "a ended"]);
  assert.equal(states.at(-1), "idle");
});

test("what waits for an abort stops what it waits for, and listens no longer than it waits", async () => {
  const { signal } = new AbortController();
  assert.equal(await unless(signal, Promise.resolve(3), assert.fail), 3);
  await assert.rejects(unless(signal, Promise.reject(new Error("no ink")), assert.fail), /no ink/);
  await pause(1, signal);
  assert.equal(getEventListeners(signal, "abort").length, 0);

  const stopper = new AbortController();
  const stops = [];
  const waits = [unless(stopper.signal, new Promise(() => {}), () => stops.push("first")), pause(60_000, stopper.signal)];
  stopper.abort();
  await assert.rejects(waits[0], { name: "AbortError" });
  await waits[1];
  await assert.rejects(
    unless(stopper.signal, new Promise(() => {}), () => stops.push("late")),
    { name: "AbortError" },
  );
  assert.deepEqual(stops, ["first", "late"]);
});

test("a delay acts once with all that was asked for, and never after its end", async () => {
  const end = new AbortController();
  const acts = [];
  const delay = new Delay((keys) => acts.push(keys), end.signal);
  for (const key of ["steps", "seed", "steps"]) delay.ask(key, 1);
  await soon();
  delay.ask("seed", 1);
  delay.cancel();
  delay.ask("rate", 1);
  end.abort();
  delay.ask("rate", 1);
  await soon();
  assert.deepEqual(acts, [["steps", "seed"]]);
});
