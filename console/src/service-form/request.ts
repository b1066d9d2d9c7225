import { attachments } from './attachments';
import { constraintError } from './constraint';
import { container, healthcheck, restart } from './container';
import { Faults, type FieldErrors, filled, present, some } from './errors';
import type { ServiceForm } from './model';
import { parseBytes, parseCpu, parseWhole } from './quantity';
import type { Mode, ServiceCreate } from '../api/service';

export const MOST_INSTANCES = 1000;

/** A form read: what could be made of it, and what is wrong. The request may be sent only where nothing is wrong. */
export interface FormRead {
  request: ServiceCreate;
  errors: FieldErrors;
}

export function readForm(form: ServiceForm): FormRead {
  const faults = new Faults();
  const mode = readMode(form, faults);
  const request = present<ServiceCreate>({
    name: readName(form.name, faults),
    image: readImage(form.image, faults),
    mode,
    demand: {
      ...present<{ cpu?: string }>({ cpu: faults.optional('cpu', form.cpu, parseCpu) }),
      ...present<{ memory?: number }>({ memory: faults.optional('memory', form.memory, parseBytes) }),
      ...present<{ disk?: number }>({ disk: faults.optional('disk', form.disk, parseBytes) }),
    },
    limits: limits(form, faults),
    constraints: some(readConstraints(form.constraints, faults)),
    max_replicas_per_node: faults.optional('maxPerNode', form.maxPerNode, (text) =>
      parseWhole(text, 1, MOST_INSTANCES, 'number of instances'),
    ),
    update_order: form.updateOrder === 'start-first' ? undefined : form.updateOrder,
    ...container(form, faults),
    ...attachments(form, mode, faults),
    healthcheck: healthcheck(form, faults),
    restart: restart(form, faults),
  });
  return { request, errors: faults.errors };
}

const NAME_RIGHT = "A name has 1 to 58 letters, digits, '-' or '_', and begins and ends with a letter or digit.";

function readName(text: string, faults: Faults): string {
  const name = text.trim();
  if (name === '') faults.add('name', 'Write a name, such as web.');
  else if (!/^[A-Za-z0-9]([A-Za-z0-9_-]{0,56}[A-Za-z0-9])?$/.test(name)) faults.add('name', NAME_RIGHT);
  return name;
}

function readImage(text: string, faults: Faults): string {
  const image = text.trim();
  if (image === '') faults.add('image', 'Write an image, such as nginx:1.27.');
  else if (/\s/.test(image)) faults.add('image', 'An image has no spaces; its arguments go into the field Arguments.');
  return image;
}

function readMode(form: ServiceForm, faults: Faults): Mode {
  if (form.mode === 'global') return 'global';
  const replicas = faults.take('replicas', parseWhole(form.replicas, 0, MOST_INSTANCES, 'number'));
  return { replicated: replicas ?? 0 };
}

function limits(form: ServiceForm, faults: Faults): ServiceCreate['limits'] {
  const limits = present<NonNullable<ServiceCreate['limits']>>({
    cpu: faults.optional('limitCpu', form.limitCpu, parseCpu),
    memory: faults.optional('limitMemory', form.limitMemory, parseBytes),
    pids: faults.optional('limitPids', form.limitPids, (text) => parseWhole(text, 1, 4_194_304, 'number')),
  });
  return Object.keys(limits).length > 0 ? limits : undefined;
}

function readConstraints(rows: string[], faults: Faults): string[] {
  return rows.flatMap((row, index) => {
    const text = filled(row);
    if (text === undefined) return [];
    const error = constraintError(text);
    if (error === undefined) return [text];
    faults.add(`constraints.${index}`, error);
    return [];
  });
}
