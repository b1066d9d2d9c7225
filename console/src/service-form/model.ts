import type { Mount, PublishedPort, RestartPolicy, ServiceCreate } from '../api/service';

export type MountKind = NonNullable<Mount['kind']>;
export type Protocol = NonNullable<PublishedPort['protocol']>;
export type PublishMode = NonNullable<PublishedPort['mode']>;
export type RestartCondition = NonNullable<RestartPolicy['condition']>;
export type UpdateOrder = NonNullable<ServiceCreate['update_order']>;

/** A service as it stands in the form: text as it was typed, right or wrong, so that nothing typed is ever lost. */
export interface ServiceForm {
  name: string;
  image: string;
  mode: 'replicated' | 'global';
  replicas: string;
  cpu: string;
  memory: string;
  disk: string;
  limitCpu: string;
  limitMemory: string;
  limitPids: string;
  args: string;
  entrypoint: string;
  env: string[];
  labels: string[];
  containerLabels: string[];
  user: string;
  workdir: string;
  hostname: string;
  stopGracePeriod: string;
  stopSignal: string;
  readOnly: boolean;
  init: boolean;
  tty: boolean;
  capAdd: string;
  capDrop: string;
  constraints: string[];
  maxPerNode: string;
  updateOrder: UpdateOrder;
  ports: PortRow[];
  endpointMode: '' | 'vip' | 'dnsrr';
  networks: NetworkRow[];
  mounts: MountRow[];
  secrets: FileRow[];
  configs: FileRow[];
  healthCommand: string;
  healthDisable: boolean;
  healthInterval: string;
  healthTimeout: string;
  healthRetries: string;
  healthStartPeriod: string;
  restartCondition: RestartCondition;
  restartDelay: string;
  restartMaxAttempts: string;
  restartWindow: string;
}

export interface PortRow {
  published: string;
  target: string;
  protocol: Protocol;
  mode: PublishMode;
}

export interface NetworkRow {
  name: string;
  /** Separated by commas or spaces. */
  aliases: string;
  /** `KEY=VALUE`, separated by spaces. */
  driverOpts: string;
}

export interface MountRow {
  kind: MountKind;
  source: string;
  target: string;
  readOnly: boolean;
  tmpfsSize: string;
  bindPropagation: string;
  volumeDriver: string;
}

export interface FileRow {
  source: string;
  target: string;
  uid: string;
  gid: string;
  mode: string;
}

/** What an instance is expected to use unless told otherwise: what a small service on an access point takes. */
export const DEFAULT_DEMAND = { cpu: '100MHz', memory: '64m', disk: '64m' } as const;

export function emptyForm(): ServiceForm {
  return {
    name: '',
    image: '',
    mode: 'replicated',
    replicas: '1',
    ...DEFAULT_DEMAND,
    limitCpu: '',
    limitMemory: '',
    limitPids: '',
    args: '',
    entrypoint: '',
    env: [],
    labels: [],
    containerLabels: [],
    user: '',
    workdir: '',
    hostname: '',
    stopGracePeriod: '',
    stopSignal: '',
    readOnly: false,
    init: false,
    tty: false,
    capAdd: '',
    capDrop: '',
    constraints: [],
    maxPerNode: '',
    updateOrder: 'start-first',
    ports: [],
    endpointMode: '',
    networks: [],
    mounts: [],
    secrets: [],
    configs: [],
    healthCommand: '',
    healthDisable: false,
    healthInterval: '',
    healthTimeout: '',
    healthRetries: '',
    healthStartPeriod: '',
    restartCondition: 'any',
    restartDelay: '',
    restartMaxAttempts: '',
    restartWindow: '',
  };
}

export const emptyPort = (): PortRow => ({ published: '', target: '', protocol: 'tcp', mode: 'host' });
export const emptyNetwork = (): NetworkRow => ({ name: '', aliases: '', driverOpts: '' });
export const emptyFile = (): FileRow => ({ source: '', target: '', uid: '', gid: '', mode: '' });
export const emptyMount = (): MountRow => ({
  kind: 'volume',
  source: '',
  target: '',
  readOnly: false,
  tmpfsSize: '',
  bindPropagation: '',
  volumeDriver: '',
});
