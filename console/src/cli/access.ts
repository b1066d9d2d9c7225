/** Commands on users and API tokens. Passwords and tokens never stand in a command line. */

import type { AccessRole } from '../api/access';
import { option } from './flags';

export function userRoleCommand(user: string, role: AccessRole): string[] {
  return ['swarm-manager', 'user', 'update', ...option('role', role), user];
}

export function userRemoveCommand(user: string): string[] {
  return ['swarm-manager', 'user', 'rm', user];
}

export function tokenRemoveCommand(id: string): string[] {
  return ['swarm-manager', 'token', 'rm', id];
}
