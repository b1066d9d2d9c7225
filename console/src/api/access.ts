/** Who may come in and what they may do. */

import type { SwarmState } from './swarm';

export type AccessRole = 'viewer' | 'operator' | 'admin';

export interface Welcome {
  set_up: boolean;
  /** How the manager's host stands in its Swarm; there are accounts only where it is a manager. */
  swarm: SwarmState;
}

export interface Session {
  user: string;
  role: AccessRole;
  via: 'session' | 'token' | 'socket';
  address?: string;
  expires_unix_ms?: number;
}

export interface SessionInfo {
  id: string;
  user: string;
  created_unix_ms: number;
  seen_unix_ms: number;
  expires_unix_ms: number;
  address: string;
  agent: string;
  current: boolean;
}

export interface User {
  name: string;
  role: AccessRole;
  created_unix_ms: number;
}

export interface TokenInfo {
  id: string;
  name: string;
  user: string;
  role: AccessRole;
  created_unix_ms: number;
  expires_unix_ms: number;
}

export interface TokenCreated {
  /** Shown this once. */
  token: string;
  info: TokenInfo;
}

export interface Settings {
  session_idle_s: number;
  session_lifetime_s: number;
}

export interface AuditEntry {
  id: number;
  unix_ms: number;
  user: string;
  role: AccessRole;
  via: string;
  address?: string;
  operation: string;
  target?: string;
  status?: number;
  message?: string;
}
