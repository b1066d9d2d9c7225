/** Waits for a condition, at most so long, and says the last state seen. */

const LOOK_EVERY_MS = 50;

/** There is no use in waiting longer. */
export class Hopeless extends Error {}

/** Looks until `look` gives something; an error that it throws is the state that is told at the end. */
export async function until<T>(
  what: string,
  limitMs: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  let state: unknown = 'nothing';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      state = error;
    }
    if (Date.now() >= deadline) throw new Error(`waited ${limitMs} ms for ${what}; at last: ${String(state)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
