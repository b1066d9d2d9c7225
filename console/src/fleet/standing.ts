/** How nodes and instances stand, in Docker's words, and how that is shown. */

import type { FleetNode } from '../api/fleet';
import type { Availability, InstanceState, MemberState } from '../api/node';
import type { Tone } from '../components/tone';

/** A reading older than this is stale. */
export const STALE_AFTER_MS = 5000;

const TONES: Record<InstanceState, Tone> = {
  new: 'busy',
  pending: 'busy',
  assigned: 'busy',
  accepted: 'busy',
  preparing: 'busy',
  ready: 'busy',
  starting: 'busy',
  running: 'ok',
  complete: 'idle',
  shutdown: 'idle',
  remove: 'idle',
  failed: 'bad',
  rejected: 'bad',
  orphaned: 'bad',
};

export function instanceTone(state: InstanceState): Tone {
  return TONES[state] ?? 'warn';
}

export function memberTone(state: MemberState): Tone {
  if (state === 'ready') return 'ok';
  return state === 'down' ? 'bad' : 'warn';
}

export function availabilityTone(availability: Availability): Tone {
  return availability === 'active' ? 'idle' : 'warn';
}

/** `Ready`, `Down`: as `docker node ls` writes them. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `Leader`, `Manager`, `Worker`. */
export function roleWord(node: Pick<FleetNode, 'role' | 'leader'>): string {
  return node.leader ? 'Leader' : capital(node.role);
}

export type ReadingState = 'live' | 'stale' | 'silent';

/** By the age of the latest reading; null where there never was one. */
export function readingState(ageMs: number | null): ReadingState {
  if (ageMs === null) return 'silent';
  return ageMs > STALE_AFTER_MS ? 'stale' : 'live';
}
