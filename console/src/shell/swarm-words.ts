/** Why a manager serves no Swarm, in words. */

import type { SwarmState } from '../api/swarm';

const WHY: Record<SwarmState, string> = {
  inactive: 'The manager’s host is in no Swarm.',
  pending: 'The manager’s host is on its way into a Swarm.',
  worker: 'The manager’s host is a worker of its Swarm now: the console is on the Swarm’s managers.',
  locked: 'The manager’s Swarm is locked. Unlock it on its host with “docker swarm unlock”.',
  error: 'The manager’s Docker Engine failed to join its Swarm, or cannot be asked; “docker info” there says why.',
  manager: 'The manager’s Swarm is about to be served.',
};

export function whyNoSwarm(state: SwarmState): string {
  return WHY[state];
}
