/** The form of an update: what the service is now, changed; only what differs is sent. */

import type { ServiceDetail, ServiceUpdate } from '../api/service';
import { quote } from '../cli/quote';
import { constraintError } from './constraint';
import { readLabels, readVariables } from './container';
import { Faults, type FieldErrors, filled, present, some } from './errors';
import { type Parsed, parseBytes, parseCpu, parseWhole, spellSize } from './quantity';
import { splitWords } from './words';

export interface UpdateForm {
  image: string;
  cpu: string;
  memory: string;
  disk: string;
  limitCpu: string;
  limitMemory: string;
  limitPids: string;
  args: string;
  env: string[];
  labels: string[];
  constraints: string[];
  force: boolean;
}

/** What the form shows first. Arguments, variables and limits are read from the Swarm spec of the first instance. */
export function formOf(detail: ServiceDetail): UpdateForm {
  const task = record(record(detail.specs[0]).TaskTemplate);
  const container = record(task.ContainerSpec);
  const limits = record(record(task.Resources).Limits);
  return {
    image: detail.image.split('@sha256:', 1)[0] || detail.image,
    cpu: detail.demand.cpu ?? '',
    memory: detail.demand.memory === undefined ? '' : spellSize(detail.demand.memory),
    disk: detail.demand.disk === undefined ? '' : spellSize(detail.demand.disk),
    limitCpu: positive(limits.NanoCPUs, (nano) => `${nano / 1e9}`),
    limitMemory: positive(limits.MemoryBytes, spellSize),
    limitPids: positive(limits.Pids, String),
    args: texts(container.Args).map(quote).join(' '),
    env: texts(container.Env),
    labels: Object.entries(detail.labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`)),
    constraints: [...detail.constraints],
    force: false,
  };
}

/** What differs between two forms, as the API takes it, and what is wrong with the second. */
export function readUpdate(before: UpdateForm, after: UpdateForm): { update: ServiceUpdate; errors: FieldErrors } {
  const faults = new Faults();
  const update = present<ServiceUpdate>({
    image: changed(before.image, after.image, () => readImage(after.image, faults)),
    demand: group({
      cpu: quantity('cpu', parseCpu),
      memory: quantity('memory', parseBytes),
      disk: quantity('disk', parseBytes),
    }),
    limits: group({
      cpu: quantity('limitCpu', parseCpu),
      memory: quantity('limitMemory', parseBytes),
      pids: quantity('limitPids', (text) => parseWhole(text, 0, 4_194_304, 'number')),
    }),
    args: changed(before.args, after.args, () => faults.take('args', splitWords(after.args))),
    ...variables(before.env, readVariables('env', after.env, faults)),
    ...labels(before.labels, readLabels('labels', after.labels, faults) ?? {}),
    ...constraints(before.constraints, after.constraints, faults),
    force: after.force || undefined,
  });
  return { update, errors: faults.errors };

  /** A quantity that was changed; one that was emptied is set to nothing, which is written 0. */
  function quantity<T>(
    name: 'cpu' | 'memory' | 'disk' | 'limitCpu' | 'limitMemory' | 'limitPids',
    parse: (text: string) => Parsed<T>,
  ) {
    return changed(before[name].trim(), after[name].trim(), () => faults.take(name, parse(filled(after[name]) ?? '0')));
  }
}

export function isEmpty(update: ServiceUpdate): boolean {
  return Object.keys(update).length === 0;
}

function changed<T>(before: string, after: string, read: () => T): T | undefined {
  return before === after ? undefined : read();
}

function group<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T | undefined {
  const set = present<T>(fields);
  return Object.keys(set).length > 0 ? set : undefined;
}

function readImage(text: string, faults: Faults): string {
  const image = text.trim();
  if (image === '' || /\s/.test(image)) faults.add('image', 'Write an image, such as nginx:1.27.');
  return image;
}

const nameOf = (variable: string) => variable.split('=', 1)[0] ?? '';

function variables(before: string[], after: string[]): Pick<ServiceUpdate, 'env_add' | 'env_remove'> {
  const kept = new Set(after.map(nameOf));
  return present<ServiceUpdate>({
    env_add: some(after.filter((variable) => !before.includes(variable))),
    env_remove: some([...new Set(before.map(nameOf))].filter((name) => !kept.has(name))),
  });
}

function labels(before: string[], after: Record<string, string>): Pick<ServiceUpdate, 'labels_add' | 'labels_remove'> {
  const old = readLabels('', before, new Faults()) ?? {};
  const added = Object.entries(after).filter(([key, value]) => old[key] !== value);
  return present<ServiceUpdate>({
    labels_add: added.length > 0 ? Object.fromEntries(added) : undefined,
    labels_remove: some(Object.keys(old).filter((key) => !Object.hasOwn(after, key))),
  });
}

function constraints(
  before: string[],
  rows: string[],
  faults: Faults,
): Pick<ServiceUpdate, 'constraints_add' | 'constraints_remove'> {
  rows.forEach((row, index) => {
    const error = row.trim() === '' ? undefined : constraintError(row);
    if (error !== undefined) faults.add(`constraints.${index}`, error);
  });
  const after = rows.map((row) => row.trim()).filter((row) => row !== '');
  return present<ServiceUpdate>({
    constraints_add: some(after.filter((constraint) => !before.includes(constraint))),
    constraints_remove: some(before.filter((constraint) => !after.includes(constraint))),
  });
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function positive(value: unknown, spell: (value: number) => string): string {
  return typeof value === 'number' && value > 0 ? spell(value) : '';
}
