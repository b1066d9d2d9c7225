/** Begins jobs and breaks them off; both show the job. */

import type { Job } from '../api/job';
import { address, post, type Call } from '../api/client';
import { router } from '../router/router.svelte';
import { to } from '../router/routes';
import { jobs } from './jobs.svelte';

/** Asks for it and goes to the page of the job that does it. */
export async function begin(path: string, body: unknown, call?: Call): Promise<void> {
  const job = await post<Job>(path, body, call);
  jobs.put(job);
  router.go(to.job(job.id));
}

export async function cancel(job: Job): Promise<void> {
  jobs.put(await post<Job>(address('jobs', job.id, 'cancel')));
}
