import { spellBytes, spellDuration, spellFileMode, spellSize } from '../service-form/quantity';
import type { Demand, FileReference, Mount, NetworkAttachment, PublishedPort, ServiceCreate } from '../api/service';
import { DEFAULT_DEMAND } from '../service-form/model';
import { fields } from './csv';
import { commandLine } from './quote';

/** The options of `service create` that make this request; options at their defaults are left out. */
export function createFlags(request: ServiceCreate): string[] {
  return [
    ...option('name', request.name),
    ...modeFlags(request),
    ...demandFlags({ ...request, demand: beyondDefault(request.demand) }),
    ...containerFlags(request),
    ...attachmentFlags(request),
    ...healthFlags(request),
    ...restartFlags(request),
  ];
}

type Value = string | number | null | undefined;

export function option(name: string, value: Value): string[] {
  return value === undefined || value === null || value === '' ? [] : flag(name, `${value}`);
}

/** A value that begins with a dash would be read as an option of its own. */
export function flag(name: string, value: string): string[] {
  return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
}

export function each(name: string, values: string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => flag(name, value));
}

export const toggle = (name: string, on: boolean | undefined) => (on === true ? [`--${name}`] : []);
const duration = (name: string, ms: number | undefined) =>
  option(name, ms === undefined ? undefined : spellDuration(ms));
const bytes = (name: string, size: number | string | null | undefined) =>
  option(name, size === undefined || size === null ? undefined : spellSize(size));

export function pairs(labels: Record<string, string> | undefined): string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
}

function modeFlags({ mode, update_order, max_replicas_per_node, constraints }: ServiceCreate): string[] {
  const replicas = mode === undefined || mode === 'global' ? undefined : mode.replicated;
  return [
    ...option('mode', mode === 'global' ? 'global' : undefined),
    ...option('replicas', replicas === 1 ? undefined : replicas),
    ...each('constraint', constraints),
    ...option('replicas-max-per-node', max_replicas_per_node),
    ...option('update-order', update_order === 'stop-first' ? update_order : undefined),
  ];
}

/** What an instance is expected to use and may use; `service update` has the same options. */
export function demandFlags({ demand, limits }: Pick<ServiceCreate, 'demand' | 'limits'>): string[] {
  return [
    ...option('cpu', demand?.cpu),
    ...bytes('memory', demand?.memory),
    ...bytes('disk', demand?.disk),
    ...option('limit-cpu', limits?.cpu),
    ...bytes('limit-memory', limits?.memory),
    ...option('limit-pids', limits?.pids),
  ];
}

/** What the command asks for anyway need not be said. */
function beyondDefault(demand: Demand = {}): Demand {
  const differs = (name: keyof Demand) =>
    demand[name] !== undefined && spellSize(demand[name]) !== DEFAULT_DEMAND[name];
  const names = (['cpu', 'memory', 'disk'] as const).filter(differs);
  return Object.fromEntries(names.map((name) => [name, demand[name]]));
}

function containerFlags(request: ServiceCreate): string[] {
  const { entrypoint, init } = request;
  return [
    ...each('env', request.env),
    ...each('label', pairs(request.labels)),
    ...each('container-label', pairs(request.container_labels)),
    ...option('user', request.user),
    ...option('workdir', request.workdir),
    ...option('hostname', request.hostname),
    ...option('entrypoint', entrypoint && entrypoint.length > 0 ? commandLine(entrypoint) : undefined),
    ...toggle('read-only', request.read_only),
    ...(init === undefined ? [] : [init ? '--init' : '--init=false']),
    ...toggle('tty', request.tty),
    ...each('cap-add', request.cap_add),
    ...each('cap-drop', request.cap_drop),
    ...duration('stop-grace-period', request.stop_grace_period_ms),
    ...option('stop-signal', request.stop_signal),
  ];
}

function attachmentFlags(request: ServiceCreate): string[] {
  return [
    ...each('mount', request.mounts?.map(mountValue)),
    ...each('secret', request.secrets?.map(fileValue)),
    ...each('config', request.configs?.map(fileValue)),
    ...each('network', request.networks?.map(networkValue)),
    ...each('publish', request.publish?.map(portValue)),
    ...option('endpoint-mode', request.endpoint_mode),
  ];
}

export function portValue(port: PublishedPort): string {
  const protocol = port.protocol === 'tcp' ? undefined : port.protocol;
  if (port.mode === 'host') {
    const published = port.published ?? undefined;
    return fields([
      ['published', published],
      ['target', port.target],
      ['protocol', protocol],
      ['mode', 'host'],
    ]);
  }
  const published = port.published === undefined || port.published === null ? '' : `${port.published}:`;
  return `${published}${port.target}${protocol === undefined ? '' : `/${protocol}`}`;
}

function mountValue(mount: Mount): string {
  return fields([
    ['type', mount.kind ?? 'volume'],
    ['source', mount.source],
    ['target', mount.target],
    ['readonly', mount.read_only === true ? true : undefined],
    ['tmpfs-size', mount.tmpfs_size === undefined ? undefined : spellBytes(mount.tmpfs_size)],
    ['bind-propagation', mount.bind_propagation],
    ['volume-driver', mount.volume_driver],
  ]);
}

function fileValue(file: FileReference): string {
  const { source, target, uid, gid, mode } = file;
  if ([target, uid, gid, mode].every((value) => value === undefined) && !/[=,"]/.test(source)) return source;
  const bits = mode === undefined ? undefined : spellFileMode(mode);
  return fields([
    ['source', source],
    ['target', target],
    ['uid', uid],
    ['gid', gid],
    ['mode', bits],
  ]);
}

function networkValue(network: NetworkAttachment): string {
  const options = Object.entries(network.driver_opts ?? {});
  if ((network.aliases ?? []).length === 0 && options.length === 0) return network.name;
  return fields([
    ['name', network.name],
    ...(network.aliases ?? []).map((alias): [string, string] => ['alias', alias]),
    ...options.map(([key, value]): [string, string] => ['driver-opt', `${key}=${value}`]),
  ]);
}

function healthFlags({ healthcheck }: ServiceCreate): string[] {
  if (healthcheck?.disable === true) return ['--no-healthcheck'];
  return [
    ...option('health-cmd', healthcheck?.command),
    ...duration('health-interval', healthcheck?.interval_ms),
    ...duration('health-timeout', healthcheck?.timeout_ms),
    ...option('health-retries', healthcheck?.retries),
    ...duration('health-start-period', healthcheck?.start_period_ms),
  ];
}

function restartFlags({ restart }: ServiceCreate): string[] {
  return [
    ...option('restart-condition', restart?.condition === 'any' ? undefined : restart?.condition),
    ...duration('restart-delay', restart?.delay_ms),
    ...option('restart-max-attempts', restart?.max_attempts),
    ...duration('restart-window', restart?.window_ms),
  ];
}
