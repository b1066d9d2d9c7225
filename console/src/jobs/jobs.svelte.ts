/** The jobs that run and the last that ended. Every page's stream brings them, so that a running one is seen anywhere. */

import type { Job, JobList } from '../api/job';

class Jobs {
  /** The newest first; undefined until they were heard of. */
  list = $state.raw<Job[] | undefined>();

  readonly running = $derived((this.list ?? []).filter((job) => job.state === 'running'));

  take({ jobs }: JobList): void {
    this.list = jobs;
  }

  /** What an answer says of one job, ahead of the stream. */
  put(job: Job): void {
    this.list = [job, ...(this.list ?? []).filter(({ id }) => id !== job.id)].sort(newestFirst);
  }

  find(id: string): Job | undefined {
    return this.list?.find((job) => job.id === id);
  }
}

function newestFirst(a: Job, b: Job): number {
  return b.started_unix_ms - a.started_unix_ms;
}

export const jobs = new Jobs();
