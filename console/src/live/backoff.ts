/** How long to wait before the next attempt: longer each time, and not all clients at once. */

const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** `random` is in [0, 1); the wait is between half and the whole of the step. */
export function waitBefore(attempt: number, random: number): number {
  const step = Math.min(FIRST_MS * 2 ** Math.min(attempt, 10), LONGEST_MS);
  return step / 2 + (step / 2) * random;
}
