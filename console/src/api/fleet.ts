/** The overview's live data: the slow part, and the columns of numbers that come every second. */

import type { Availability, InstanceState, MemberState, Role } from './node';

export interface FleetNode {
  id: string;
  hostname: string;
  address: string;
  role: Role;
  leader: boolean;
  availability: Availability;
  state: MemberState;
  message?: string;
  platform: string;
  engine_version: string;
  instances: number;
  tasks: number;
  reserved_cpu_mhz: number;
  reserved_memory_bytes: number;
  reserved_disk_bytes: number;
  cpu_capacity_mhz?: number;
  cpu_capacity_nominal: boolean;
  memory_total_bytes?: number;
  disk_total_bytes?: number;
  labels: Record<string, string>;
}

export interface FleetInstance {
  name: string;
  service: string;
  number?: number;
  /** Absent while it has none. */
  node?: string;
  state: InstanceState;
  desired_state: string;
}

export interface Fleet {
  revision: number;
  nodes: FleetNode[];
  instances: FleetInstance[];
}

type Column = (number | null)[];

/** Columns in the order of the nodes of the fleet that has the same revision. */
export interface Readings {
  revision: number;
  unix_ms: number;
  swarm_as_of_unix_ms: number;
  swarm_error?: string;
  leading: boolean;
  reading_age_ms: Column;
  cpu_used_mhz: Column;
  memory_used_bytes: Column;
  disk_used_bytes: Column;
  network_rx_bytes_per_s: Column;
  network_tx_bytes_per_s: Column;
}

export interface Status {
  version: string;
  swarm_id: string;
  node_id: string;
  hostname: string;
  leading: boolean;
  leader?: string;
  swarm_as_of_unix_ms: number;
  swarm_error?: string;
  started_unix_ms: number;
  policy: string;
  nodes: number;
  nodes_ready: number;
  agents_live: number;
  services: number;
  instances_desired: number;
  instances_running: number;
}
