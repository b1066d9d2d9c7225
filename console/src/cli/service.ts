import type { ServiceCreate } from '../api/service';
import type { ServiceUpdate } from '../api/service';
import { commandLine } from './quote';
import { createFlags, demandFlags, each, flag, option, pairs, toggle } from './flags';

const SERVICE = ['swarm-manager', 'service'];

/** The command that creates this service. What stands behind the image belongs to its command. */
export function createCommand(request: ServiceCreate, withRegistryAuth = false): string[] {
  return [
    ...SERVICE,
    'create',
    ...toggle('with-registry-auth', withRegistryAuth),
    ...createFlags(request),
    request.image === '' ? 'IMAGE' : request.image,
    ...(request.args ?? []),
  ];
}

/** The command that shows where the instances of this service would go. */
export function previewCommand(request: ServiceCreate): string[] {
  const image = request.image === '' ? 'IMAGE' : request.image;
  return ['swarm-manager', 'placement', 'preview', ...createFlags(request), image, ...(request.args ?? [])];
}

export function scaleCommand(service: string, replicas: number): string[] {
  return [...SERVICE, 'scale', `${service}=${replicas}`];
}

export function removeCommand(service: string): string[] {
  return [...SERVICE, 'rm', service];
}

export function rollbackCommand(service: string): string[] {
  return [...SERVICE, 'rollback', service];
}

export function updateCommand(service: string, update: ServiceUpdate): string[] {
  return [
    ...SERVICE,
    'update',
    ...option('image', update.image),
    ...(update.args === undefined ? [] : flag('args', commandLine(update.args))),
    ...demandFlags(update),
    ...each('env-add', update.env_add),
    ...each('env-rm', update.env_remove),
    ...each('label-add', pairs(update.labels_add)),
    ...each('label-rm', update.labels_remove),
    ...each('constraint-add', update.constraints_add),
    ...each('constraint-rm', update.constraints_remove),
    ...toggle('force', update.force),
    service,
  ];
}

export function logsCommand(service: string, follow: boolean, tail?: number): string[] {
  return [...SERVICE, 'logs', ...toggle('follow', follow), ...option('tail', tail), service];
}

export function explainCommand(service: string, instance?: number): string[] {
  return [...SERVICE, 'explain', ...option('instance', instance), service];
}
