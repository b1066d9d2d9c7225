/** Nodes as the API shows them. Sizes in bytes, CPU in megahertz, times in milliseconds since 1970. */

export type Role = 'manager' | 'worker';
export type Availability = 'active' | 'pause' | 'drain';
export type MemberState = 'unknown' | 'down' | 'ready' | 'disconnected';
export type AgentState = 'live' | 'stale' | 'silent';

export interface Pressure {
  some_percent: number;
  full_percent: number;
}

export interface Reading {
  cpu_capacity_mhz: number;
  cpu_capacity_nominal: boolean;
  cpu_used_mhz: number;
  core_used_mhz: number[];
  cores: number;
  load: number[];
  cpu_pressure?: Pressure;
  memory_pressure?: Pressure;
  io_pressure?: Pressure;
  memory_total_bytes: number;
  memory_used_bytes: number;
  memory_available_bytes: number;
  swap_total_bytes: number;
  swap_used_bytes: number;
  disk_total_bytes: number;
  disk_used_bytes: number;
  network_rx_bytes_per_s: number;
  network_tx_bytes_per_s: number;
  temperature_celsius?: number;
}

export interface Node {
  id: string;
  hostname: string;
  address: string;
  role: Role;
  leader: boolean;
  availability: Availability;
  state: MemberState;
  message?: string;
  agent: AgentState;
  reading_age_ms?: number;
  platform: string;
  engine_version: string;
  instances: number;
  tasks: number;
  reserved_cpu_mhz: number;
  reserved_memory_bytes: number;
  reserved_disk_bytes: number;
  reading?: Reading;
}

export interface ContainerUsage {
  id: string;
  task?: string;
  service?: string;
  cpu_used_mhz: number;
  memory_working_set_bytes: number;
  network_rx_bytes_per_s: number;
  network_tx_bytes_per_s: number;
  block_read_bytes_per_s: number;
  block_write_bytes_per_s: number;
  writable_layer_bytes?: number;
}

export interface Placed {
  service: string;
  instance?: number;
  name: string;
  state: InstanceState;
  decision?: number;
}

export interface NodeDetail extends Node {
  labels: Record<string, string>;
  engine_labels: Record<string, string>;
  agent_version?: string;
  agent_scope?: string;
  clock_skew_ms?: number;
  containers: ContainerUsage[];
  placed?: Placed[];
}

export interface NodeList {
  swarm_as_of_unix_ms: number;
  nodes: Node[];
}

export interface NodeChange {
  availability?: Availability;
  role?: Role;
  labels_add?: Record<string, string>;
  labels_remove?: string[];
}

export interface NodeHistory {
  unix_ms: number[];
  cpu_used_mhz: number[];
  memory_used_bytes: number[];
  disk_used_bytes: number[];
  network_rx_bytes_per_s: number[];
  network_tx_bytes_per_s: number[];
}

export interface ContainerHistory {
  id: string;
  task?: string;
  service?: string;
  unix_ms: number[];
  cpu_used_mhz: number[];
  memory_working_set_bytes: number[];
  network_rx_bytes_per_s: number[];
  network_tx_bytes_per_s: number[];
}

export type InstanceState =
  | 'new'
  | 'pending'
  | 'assigned'
  | 'accepted'
  | 'preparing'
  | 'ready'
  | 'starting'
  | 'running'
  | 'complete'
  | 'shutdown'
  | 'failed'
  | 'rejected'
  | 'remove'
  | 'orphaned';
