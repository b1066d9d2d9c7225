/** Commands on the Swarm as a whole. Passwords and keys never stand in a command line. */

import type { JoinNode } from '../api/swarm';
import type { Role } from '../api/node';
import { each, option, pairs, toggle } from './flags';

const SWARM = ['swarm-manager', 'swarm'];

export function swarmStatusCommand(): string[] {
  return [...SWARM, 'status'];
}

export function swarmInitCommand(advertiseAddr: string, name: string): string[] {
  return [...SWARM, 'init', ...option('advertise-addr', advertiseAddr), ...option('name', name)];
}

export function swarmJoinCommand(file: string, installEngine: boolean): string[] {
  return [...SWARM, 'join', '--nodes', file, ...toggle('install-engine', installEngine)];
}

/** One node; its password is asked for. */
export function nodeAddCommand(node: JoinNode, installEngine: boolean): string[] {
  const host = node.address.includes(':') ? `[${node.address}]` : node.address;
  const port = node.port === 22 ? '' : `:${node.port}`;
  return [
    'swarm-manager',
    'node',
    'add',
    ...option('identity-file', node.auth.private_key === undefined ? undefined : 'KEY_FILE'),
    ...toggle('ask-password', node.auth.password !== undefined),
    ...option('role', node.role === 'worker' ? undefined : node.role),
    ...each('label', pairs(node.labels)),
    ...option('advertise-addr', node.advertise_addr),
    ...toggle('install-engine', installEngine),
    `${node.user}@${host}${port}`,
  ];
}

export function joinTokenCommand(role: Role, rotate = false): string[] {
  return [...SWARM, 'token', ...toggle('rotate', rotate), role];
}

export function swarmCaCommand(rotate = false): string[] {
  return [...SWARM, 'ca', ...toggle('rotate', rotate)];
}

export function swarmDestroyCommand(): string[] {
  return [...SWARM, 'destroy'];
}
