import { Faults, filled, present, some } from './errors';
import type { FileRow, MountRow, NetworkRow, PortRow, ServiceForm } from './model';
import { parseBytes, parseFileMode, parseWhole } from './quantity';
import type { FileReference, Mode, Mount, NetworkAttachment, PublishedPort, ServiceCreate } from '../api/service';

/** What the containers are connected to. */
export function attachments(form: ServiceForm, mode: Mode, faults: Faults): Partial<ServiceCreate> {
  return {
    mounts: some(readMounts(form.mounts, faults)),
    publish: some(readPorts(form.ports, mode, faults)),
    endpoint_mode: form.endpointMode === '' ? undefined : form.endpointMode,
    networks: some(form.networks.flatMap((row, index) => network(row, `networks.${index}`, faults))),
    secrets: some(form.secrets.flatMap((row, index) => file(row, `secrets.${index}`, faults))),
    configs: some(form.configs.flatMap((row, index) => file(row, `configs.${index}`, faults))),
  };
}

/** A row in which nothing was written is none. */
function isBlank(...texts: string[]): boolean {
  return texts.every((text) => text.trim() === '');
}

const port = (text: string) => parseWhole(text, 1, 65535, 'port');

export function readPorts(rows: PortRow[], mode: Mode, faults: Faults): PublishedPort[] {
  const taken = new Set<string>();
  return rows.flatMap((row, index) => {
    const path = `ports.${index}`;
    if (isBlank(row.published, row.target)) return [];
    const target = faults.take(`${path}.target`, port(row.target));
    const published = faults.optional(`${path}.published`, row.published, port);
    if (published !== undefined) {
      const name = `${published}/${row.protocol}`;
      if (taken.has(name)) faults.add(`${path}.published`, `${name} is published twice.`);
      taken.add(name);
      if (row.mode === 'ingress' && mode !== 'global' && mode.replicated > 1) {
        faults.add(`${path}.mode`, MESH_SERVES_ONE);
      }
    }
    if (target === undefined) return [];
    return [present<PublishedPort>({ target, published, protocol: row.protocol, mode: row.mode })];
  });
}

const MESH_SERVES_ONE =
  'The routing mesh serves one instance; with more of them publish the port on the host, one on each node.';

export function readMounts(rows: MountRow[], faults: Faults): Mount[] {
  const targets = new Set<string>();
  return rows.flatMap((row, index) => {
    const path = `mounts.${index}`;
    if (isBlank(row.source, row.target)) return [];
    const target = row.target.trim();
    if (!target.startsWith('/'))
      faults.add(`${path}.target`, 'Write an absolute path in the container, such as /data.');
    else if (targets.has(target)) faults.add(`${path}.target`, `${target} is mounted twice.`);
    targets.add(target);
    if (row.kind === 'bind' && !row.source.trim().startsWith('/')) {
      faults.add(`${path}.source`, 'Write an absolute path of the node, such as /srv/data.');
    }
    return [mount(row, target, path, faults)];
  });
}

/** Only what its kind of mount has. */
function mount(row: MountRow, target: string, path: string, faults: Faults): Mount {
  return present<Mount>({
    kind: row.kind,
    source: row.kind === 'tmpfs' ? undefined : filled(row.source),
    target,
    read_only: row.readOnly || undefined,
    tmpfs_size: row.kind === 'tmpfs' ? faults.optional(`${path}.tmpfsSize`, row.tmpfsSize, parseBytes) : undefined,
    bind_propagation: row.kind === 'bind' ? filled(row.bindPropagation) : undefined,
    volume_driver: row.kind === 'volume' ? filled(row.volumeDriver) : undefined,
  });
}

function network(row: NetworkRow, path: string, faults: Faults): NetworkAttachment[] {
  if (isBlank(row.name, row.aliases, row.driverOpts)) return [];
  const name = row.name.trim();
  if (name === '') faults.add(`${path}.name`, "Write a network's name or id.");
  return [
    present<NetworkAttachment>({
      name,
      aliases: some(row.aliases.split(/[\s,]+/).filter((alias) => alias !== '')),
      driver_opts: driverOptions(row.driverOpts, path, faults),
    }),
  ];
}

function driverOptions(text: string, path: string, faults: Faults): Record<string, string> | undefined {
  const options = text.split(/\s+/).filter((option) => option !== '');
  const pairs = options.map(
    (option) => [option.split('=', 1)[0] ?? '', option.slice(option.indexOf('=') + 1)] as const,
  );
  if (options.some((option) => option.indexOf('=') < 1)) {
    faults.add(`${path}.driverOpts`, 'Write KEY=VALUE, several with a space between.');
  }
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}

function file(row: FileRow, path: string, faults: Faults): FileReference[] {
  if (isBlank(row.source, row.target)) return [];
  const source = row.source.trim();
  if (source === '') faults.add(`${path}.source`, 'Write its name in the Swarm.');
  return [
    present<FileReference>({
      source,
      target: filled(row.target),
      uid: filled(row.uid),
      gid: filled(row.gid),
      mode: faults.optional(`${path}.mode`, row.mode, parseFileMode),
    }),
  ];
}
