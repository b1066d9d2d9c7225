/** The Swarm as a whole, and nodes on their way into it. */

import type { Role } from './node';

export type SwarmState = 'inactive' | 'pending' | 'worker' | 'manager' | 'locked' | 'error';

export interface Swarm {
  state: SwarmState;
  message?: string;
  hostname: string;
  name?: string;
  id?: string;
  node_id?: string;
  advertise_addr?: string;
  leader?: string;
  created_unix_ms?: number;
  managers: number;
  managers_reachable: number;
  workers: number;
  nodes_ready: number;
  agents_live: number;
  autolock: boolean;
  certificate_lifetime_s: number;
}

export interface SwarmInit {
  advertise_addr?: string;
  name?: string;
  setup_token?: string;
}

export interface LeavingNode {
  id: string;
  hostname: string;
  address: string;
  role: Role;
  how: string;
  reachable: boolean;
}

export interface DestroyPlan {
  name: string;
  nodes: LeavingNode[];
  services: string[];
}

export interface JoinTokens {
  worker: string;
  manager: string;
  /** `10.0.0.1:2377`. */
  address: string;
}

export interface SwarmCa {
  /** In PEM. */
  certificate: string;
  fingerprint: string;
  expires_unix_ms: number;
  rotating: boolean;
}

export interface SshAuth {
  private_key?: string;
  passphrase?: string;
  password?: string;
}

export interface JoinNode {
  name?: string;
  address: string;
  port: number;
  user: string;
  auth: SshAuth;
  role: Role;
  labels: Record<string, string>;
  advertise_addr?: string;
}

/** Nodes one by one, or as an inventory in JSON, TOML or YAML. */
export interface SwarmJoinCheck {
  nodes?: JoinNode[];
  inventory?: string;
}

export interface AcceptedHostKey {
  address: string;
  port: number;
  fingerprint: string;
}

export interface SwarmJoin extends SwarmJoinCheck {
  install_engine: boolean;
  accepted_host_keys: AcceptedHostKey[];
}

export type HostKeyState = 'known' | 'new' | 'changed' | 'unreachable';

export interface HostKey {
  state: HostKeyState;
  algorithm?: string;
  fingerprint?: string;
  message?: string;
}

export interface CheckedNode {
  name: string;
  address: string;
  port: number;
  user: string;
  /** How the user proves it, in words: `password`, `the manager's key`. */
  auth: string;
  role: Role;
  labels: Record<string, string>;
  host_key: HostKey;
}

export interface JoinCheck {
  nodes: CheckedNode[];
  warnings: string[];
}
