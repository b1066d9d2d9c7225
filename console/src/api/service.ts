/** Services as the API shows and takes them. */

import type { ContainerUsage, InstanceState } from './node';

export type Mode = { replicated: number } | 'global';

export interface Demand {
  cpu?: string;
  memory?: number | string;
  disk?: number | string;
}

export interface ResourceLimits {
  cpu?: string;
  memory?: number | string;
  pids?: number;
}

export type Convergence =
  | { state: 'converged' }
  | { state: 'progressing'; message: string }
  | { state: 'blocked'; message: string }
  | { state: 'removing' };

export interface PublishedPort {
  target: number;
  published?: number;
  protocol?: 'tcp' | 'udp' | 'sctp';
  mode?: 'ingress' | 'host';
}

export interface Service {
  name: string;
  id: string;
  image: string;
  mode: Mode;
  desired: number;
  running: number;
  demand: Demand;
  publish: PublishedPort[];
  created_unix_ms: number;
  convergence: Convergence;
}

export interface Instance {
  name: string;
  task?: string;
  number?: number;
  image: string;
  node?: string;
  hostname?: string;
  desired_state: string;
  state: InstanceState;
  since_unix_ms?: number;
  error?: string;
  usage?: ContainerUsage;
}

export interface ServiceDetail extends Service {
  instances: Instance[];
  labels: Record<string, string>;
  constraints: string[];
  /** Services whose nodes are preferred; absent from an older manager. */
  affinity?: string[];
  /** Services whose nodes are avoided. */
  anti_affinity?: string[];
  /** The Swarm specs of its instances, as `docker service inspect` shows them. */
  specs: unknown[];
}

export interface ServiceList {
  swarm_as_of_unix_ms: number;
  services: Service[];
}

export interface Mount {
  kind?: 'volume' | 'bind' | 'tmpfs';
  source?: string;
  target: string;
  read_only?: boolean;
  tmpfs_size?: number;
  bind_propagation?: string;
  volume_driver?: string;
}

export interface NetworkAttachment {
  name: string;
  aliases?: string[];
  driver_opts?: Record<string, string>;
}

export interface FileReference {
  source: string;
  target?: string;
  uid?: string;
  gid?: string;
  mode?: number;
}

export interface Healthcheck {
  command?: string;
  disable?: boolean;
  interval_ms?: number;
  timeout_ms?: number;
  retries?: number;
  start_period_ms?: number;
}

export interface RestartPolicy {
  condition?: 'none' | 'on-failure' | 'any';
  delay_ms?: number;
  max_attempts?: number;
  window_ms?: number;
}

export interface ServiceCreate {
  name: string;
  image: string;
  mode?: Mode;
  demand?: Demand;
  limits?: ResourceLimits;
  args?: string[];
  entrypoint?: string[];
  env?: string[];
  labels?: Record<string, string>;
  container_labels?: Record<string, string>;
  user?: string;
  workdir?: string;
  hostname?: string;
  mounts?: Mount[];
  publish?: PublishedPort[];
  endpoint_mode?: 'vip' | 'dnsrr';
  networks?: NetworkAttachment[];
  secrets?: FileReference[];
  configs?: FileReference[];
  constraints?: string[];
  max_replicas_per_node?: number;
  healthcheck?: Healthcheck;
  restart?: RestartPolicy;
  update_order?: 'start-first' | 'stop-first';
  stop_grace_period_ms?: number;
  stop_signal?: string;
  read_only?: boolean;
  init?: boolean;
  tty?: boolean;
  cap_add?: string[];
  cap_drop?: string[];
}

export interface ServiceUpdate {
  image?: string;
  demand?: Demand;
  limits?: ResourceLimits;
  args?: string[];
  env_add?: string[];
  env_remove?: string[];
  labels_add?: Record<string, string>;
  labels_remove?: string[];
  constraints_add?: string[];
  constraints_remove?: string[];
  force?: boolean;
}

export interface Suggestions {
  images: { reference: string; size_bytes: number }[];
  networks: { name: string; driver: string; scope: string }[];
  secrets: string[];
  configs: string[];
  volumes: string[];
  node_labels: string[];
}

export interface LogLine {
  instance: string;
  node?: string | null;
  hostname?: string;
  stream: 'stdout' | 'stderr';
  unix_ms: number;
  line: string;
}
