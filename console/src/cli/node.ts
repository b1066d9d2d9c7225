/** Commands on nodes, as Docker's `node update`, `node promote` and `node demote`. */
import type { NodeChange } from '../api/node';
import { each, option, pairs } from './flags';

export function nodeUpdateCommand(node: string, change: Omit<NodeChange, 'role'>): string[] {
  return [
    'swarm-manager',
    'node',
    'update',
    ...option('availability', change.availability),
    ...each('label-add', pairs(change.labels_add)),
    ...each('label-rm', change.labels_remove),
    node,
  ];
}

export function nodeRoleCommand(node: string, role: 'manager' | 'worker'): string[] {
  return ['swarm-manager', 'node', role === 'manager' ? 'promote' : 'demote', node];
}
