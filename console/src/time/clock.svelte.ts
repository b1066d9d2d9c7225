/** One clock for the whole page: a tick a second, none while nobody looks. */

const TICK_MS = 1000;

class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    document.addEventListener('visibilitychange', () => this.#follow());
    this.#follow();
  }

  #follow(): void {
    clearInterval(this.#timer);
    if (document.hidden) return;
    this.now = Date.now();
    this.#timer = setInterval(() => {
      this.now = Date.now();
    }, TICK_MS);
  }
}

export const clock = new Clock();
