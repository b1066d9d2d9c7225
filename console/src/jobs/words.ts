/** How jobs and their parts stand, in words and shapes. */

import type { AccessRole } from '../api/access';
import type { ItemState, Job, JobItem, JobKind, JobState } from '../api/job';
import type { Tone } from '../components/tone';

const JOB_TONES: Record<JobState, Tone> = { running: 'busy', succeeded: 'ok', failed: 'bad', cancelled: 'warn' };
const ITEM_TONES: Record<ItemState, Tone> = {
  waiting: 'idle',
  running: 'busy',
  done: 'ok',
  skipped: 'ok',
  failed: 'bad',
  cancelled: 'warn',
};

export function jobTone(state: JobState): Tone {
  return JOB_TONES[state];
}

export function itemTone(state: ItemState): Tone {
  return ITEM_TONES[state];
}

const KINDS: Record<JobKind, { noun: string; role: AccessRole }> = {
  join: { noun: 'node', role: 'admin' },
  drain: { noun: 'node', role: 'operator' },
  remove: { noun: 'node', role: 'admin' },
  destroy: { noun: 'node', role: 'admin' },
  push: { noun: 'layer', role: 'operator' },
  distribute: { noun: 'node', role: 'operator' },
};

/** What its parts are: `node`, `layer`. */
export function itemNoun(kind: JobKind): string {
  return KINDS[kind].noun;
}

/** The role that may break it off: that of who may begin it. */
export function roleFor(kind: JobKind): AccessRole {
  return KINDS[kind].role;
}

function isOver(item: JobItem): boolean {
  return item.state !== 'waiting' && item.state !== 'running';
}

/** `3 of 5 nodes, 1 failed`. */
export function progressWords(job: Job): string {
  const over = job.items.filter(isOver).length;
  const failed = job.items.filter((item) => item.state === 'failed').length;
  const noun = `${itemNoun(job.kind)}${job.items.length === 1 ? '' : 's'}`;
  return `${over} of ${job.items.length} ${noun}${failed === 0 ? '' : `, ${failed} failed`}`;
}

/** As many are seen at once; they need not move. */
const FEW = 20;

/** Of many parts the failed come first, then those at work, then the rest: what wants a look is at the top. */
export function byUrgency(items: readonly JobItem[]): readonly JobItem[] {
  if (items.length <= FEW) return items;
  const rank = (item: JobItem) => ['failed', 'running'].indexOf(item.state);
  const place = (item: JobItem) => (rank(item) < 0 ? 2 : rank(item));
  return [...items].sort((a, b) => place(a) - place(b));
}
