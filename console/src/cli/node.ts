/** Commands on nodes, as Docker's `node update`, `node promote` and `node demote`. */
import type { NodeChange } from '../api/node';
import { each, option, pairs, toggle } from './flags';

const NODE = ['swarm-manager', 'node'];

export function nodeUpdateCommand(nodes: string | string[], change: Omit<NodeChange, 'role'>): string[] {
  return [
    ...NODE,
    'update',
    ...option('availability', change.availability),
    ...each('label-add', pairs(change.labels_add)),
    ...each('label-rm', change.labels_remove),
    ...[nodes].flat(),
  ];
}

export function nodeRoleCommand(nodes: string | string[], role: 'manager' | 'worker'): string[] {
  return [...NODE, role === 'manager' ? 'promote' : 'demote', ...[nodes].flat()];
}

/** Waits until their instances run elsewhere. */
export function nodeDrainCommand(nodes: string[]): string[] {
  return [...NODE, 'drain', '--wait', ...nodes];
}

export function nodeRemoveCommand(nodes: string[], force: boolean): string[] {
  return [...NODE, 'rm', ...toggle('force', force), ...nodes];
}
