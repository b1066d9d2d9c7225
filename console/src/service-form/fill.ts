import {
  emptyForm,
  emptyMount,
  emptyNetwork,
  type FileRow,
  type MountRow,
  type NetworkRow,
  type PortRow,
  type ServiceForm,
} from './model';
import { spellBytes, spellDuration, spellFileMode, spellSize } from './quantity';
import { quote } from '../cli/quote';
import type { FileReference, Mount, NetworkAttachment, PublishedPort, ServiceCreate } from '../api/service';

/** The form that stands for a request: reading it gives that request again. */
export function fillForm(request: ServiceCreate): ServiceForm {
  const { mode, demand, limits } = request;
  const empty = emptyForm();
  return {
    ...empty,
    name: request.name,
    image: request.image,
    mode: mode === 'global' ? 'global' : 'replicated',
    replicas: mode === undefined || mode === 'global' ? empty.replicas : `${mode.replicated}`,
    cpu: demand?.cpu ?? '',
    memory: spelled(demand?.memory, spellSize),
    disk: spelled(demand?.disk, spellSize),
    limitCpu: limits?.cpu ?? '',
    limitMemory: spelled(limits?.memory, spellSize),
    limitPids: spelled(limits?.pids, String),
    constraints: request.constraints ?? [],
    maxPerNode: spelled(request.max_replicas_per_node, String),
    updateOrder: request.update_order ?? empty.updateOrder,
    ...containerFields(request),
    ...healthFields(request),
    ports: (request.publish ?? []).map(portRow),
    endpointMode: request.endpoint_mode ?? '',
    networks: (request.networks ?? []).map(networkRow),
    mounts: (request.mounts ?? []).map(mountRow),
    secrets: (request.secrets ?? []).map(fileRow),
    configs: (request.configs ?? []).map(fileRow),
  };
}

function spelled<T>(value: T | null | undefined, spell: (value: T) => string): string {
  return value === undefined || value === null ? '' : spell(value);
}

const line = (words: string[] | undefined) => (words ?? []).map(quote).join(' ');
const pairs = (labels: Record<string, string> | undefined) =>
  Object.entries(labels ?? {}).map(([key, value]) => (value === '' ? key : `${key}=${value}`));

function containerFields(request: ServiceCreate): Partial<ServiceForm> {
  return {
    args: line(request.args),
    entrypoint: line(request.entrypoint),
    env: request.env ?? [],
    labels: pairs(request.labels),
    containerLabels: pairs(request.container_labels),
    user: request.user ?? '',
    workdir: request.workdir ?? '',
    hostname: request.hostname ?? '',
    stopGracePeriod: spelled(request.stop_grace_period_ms, spellDuration),
    stopSignal: request.stop_signal ?? '',
    readOnly: request.read_only ?? false,
    init: request.init ?? false,
    tty: request.tty ?? false,
    capAdd: (request.cap_add ?? []).join(' '),
    capDrop: (request.cap_drop ?? []).join(' '),
  };
}

function healthFields({ healthcheck, restart }: ServiceCreate): Partial<ServiceForm> {
  return {
    healthCommand: healthcheck?.command ?? '',
    healthDisable: healthcheck?.disable ?? false,
    healthInterval: spelled(healthcheck?.interval_ms, spellDuration),
    healthTimeout: spelled(healthcheck?.timeout_ms, spellDuration),
    healthRetries: spelled(healthcheck?.retries, String),
    healthStartPeriod: spelled(healthcheck?.start_period_ms, spellDuration),
    restartCondition: restart?.condition ?? 'any',
    restartDelay: spelled(restart?.delay_ms, spellDuration),
    restartMaxAttempts: spelled(restart?.max_attempts, String),
    restartWindow: spelled(restart?.window_ms, spellDuration),
  };
}

function portRow(port: PublishedPort): PortRow {
  return {
    published: spelled(port.published, String),
    target: `${port.target}`,
    protocol: port.protocol ?? 'tcp',
    mode: port.mode ?? 'ingress',
  };
}

function networkRow(network: NetworkAttachment): NetworkRow {
  return {
    ...emptyNetwork(),
    name: network.name,
    aliases: (network.aliases ?? []).join(' '),
    driverOpts: Object.entries(network.driver_opts ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  };
}

function mountRow(mount: Mount): MountRow {
  return {
    ...emptyMount(),
    kind: mount.kind ?? 'volume',
    source: mount.source ?? '',
    target: mount.target,
    readOnly: mount.read_only ?? false,
    tmpfsSize: spelled(mount.tmpfs_size, spellBytes),
    bindPropagation: mount.bind_propagation ?? '',
    volumeDriver: mount.volume_driver ?? '',
  };
}

function fileRow(file: FileReference): FileRow {
  return {
    source: file.source,
    target: file.target ?? '',
    uid: file.uid ?? '',
    gid: file.gid ?? '',
    mode: spelled(file.mode, spellFileMode),
  };
}
