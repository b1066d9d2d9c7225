/** How the page's data stands: the connection to the manager, and the manager's to Swarm. */

import type { Status } from '../api/fleet';
import { get, Refusal } from '../api/client';
import type { JobList } from '../api/job';
import { jobs } from '../jobs/jobs.svelte';
import { session } from '../session/session.svelte';
import { Stream, type Phase, type Wanted } from './stream';

const STATUS_EVERY_MS = 10_000;
/** No answer for so long is none: a connection that froze says nothing by itself. */
const STATUS_LIMIT_MS = 5000;

class Live {
  phase = $state<Phase>('closed');
  /** Since when the phase lasts, in the browser's clock. */
  since = $state(0);
  /** What the manager says of itself; the readings keep it fresh where they are followed. */
  swarmError = $state<string | undefined>();
  swarmAsOf = $state<number | undefined>();
  leading = $state(true);
  status = $state.raw<Status | undefined>();
  /** Whether what is shown may be out of date. */
  readonly stale = $derived(this.phase === 'lost');

  #stream: Stream | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;

  start(): void {
    document.addEventListener('visibilitychange', () => {
      this.#stream?.visibilityChanged();
      if (!document.hidden) void this.readStatus();
    });
    window.addEventListener('online', () => this.#stream?.retryNow());
    this.#poll = setInterval(() => void this.readStatus(), STATUS_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#poll);
    this.#stream?.stop();
  }

  /** Follows what a page shows, until the returned function is called. Use it in `$effect` or `onMount`. */
  follow(wanted: Wanted): () => void {
    this.#stream?.stop();
    const stream = new Stream(withJobs(wanted), {
      open: (address) => new EventSource(address),
      now: Date.now,
      random: Math.random,
      hidden: () => document.hidden,
      failed: () => void this.#checkSession(),
      changed: (phase, since) => {
        if (this.#stream !== stream) return;
        this.phase = phase;
        this.since = since;
      },
      ended: (reason) => session.expire(reason === '' ? 'Your session has ended.' : reason),
    });
    this.#stream = stream;
    stream.start();
    void this.readStatus();
    return () => {
      stream.stop();
      if (this.#stream === stream) this.#stream = undefined;
    };
  }

  retryNow(): void {
    this.#stream?.retryNow();
  }

  /** The manager's own view of itself. */
  async readStatus(): Promise<void> {
    if (document.hidden || session.current === undefined || session.lost !== undefined) return;
    const stream = this.#stream;
    try {
      const status = await get<Status>('status', { signal: AbortSignal.timeout(STATUS_LIMIT_MS) });
      this.status = status;
      this.heard(status.leading, status.swarm_as_of_unix_ms, status.swarm_error);
      this.retryNow();
    } catch (error) {
      if (!(error instanceof Refusal)) stream?.lost();
      else if (error.status === 409) void session.askForSwarm();
    }
  }

  heard(leading: boolean, swarmAsOf: number, swarmError: string | null | undefined): void {
    this.leading = leading;
    this.swarmAsOf = swarmAsOf;
    this.swarmError = swarmError ?? undefined;
  }

  /** A stream cannot tell why it was refused; this call can, and a 401 leads to the log-in. */
  async #checkSession(): Promise<void> {
    try {
      await get('session');
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) await session.askForSwarm();
    }
  }
}

/** Jobs are to be seen from every page. */
function withJobs(wanted: Wanted): Wanted {
  const take = (list: JobList) => jobs.take(list);
  return { ...wanted, topics: [...wanted.topics, 'jobs'], on: { ...wanted.on, jobs: take } };
}

export const live = new Live();
