// Who trains beside whom in a race.
const TOGETHER = ["flow", "reflow", "distillation"];

/** Contestants, by their ids, for each of at most `most` workers. */
export function divided(ids, most) {
  const alone = ids.flatMap((id, i) => (TOGETHER.includes(id) ? [] : [i]));
  const parts = [ids.flatMap((id, i) => (TOGETHER.includes(id) ? [i] : []))];
  for (const i of alone) {
    const least = parts.reduce((best, part) => (part.length < best.length ? part : best));
    if (parts.length < most && least.length > 0) parts.push([i]);
    else least.push(i);
  }
  return parts;
}
