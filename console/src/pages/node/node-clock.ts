/** The manager's clock as the browser sees it: live readings tell their age, the history tells times. */

/** Differences below this are the way and the rhythm of the readings, not another clock. */
const SMALLEST_MS = 2000;

export class NodeClock {
  #offset = 0;

  /** The history's newest point is the latest reading, which the browser saw `ageMs` old at `seenAt`. */
  align(newestMs: number, seenAt: number, ageMs: number): void {
    const offset = newestMs - (seenAt - ageMs);
    this.#offset = Math.abs(offset) < SMALLEST_MS ? 0 : offset;
  }

  /** When a reading of that age was taken, by the manager's clock. */
  takenAt(seenAt: number, ageMs: number): number {
    return seenAt - ageMs + this.#offset;
  }

  now(browserNow: number): number {
    return browserNow + this.#offset;
  }
}
