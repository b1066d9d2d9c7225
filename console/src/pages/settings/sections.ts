/** The parts of the settings, and who may see them. */

import type { AccessRole } from '../../api/access';

export interface SettingsSection {
  name: string;
  label: string;
  role: AccessRole;
}

export const SECTIONS: SettingsSection[] = [
  { name: 'account', label: 'Account', role: 'viewer' },
  { name: 'tokens', label: 'API tokens', role: 'viewer' },
  { name: 'users', label: 'Users', role: 'admin' },
  { name: 'access', label: 'Sessions', role: 'admin' },
  { name: 'audit', label: 'Audit', role: 'admin' },
];

export const ROLES: { value: AccessRole; label: string }[] = [
  { value: 'viewer', label: 'Viewer: sees everything, changes nothing' },
  { value: 'operator', label: 'Operator: changes services and nodes' },
  { value: 'admin', label: 'Admin: also users and settings' },
];
