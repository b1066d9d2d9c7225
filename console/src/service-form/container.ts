import { Faults, filled, present, some } from './errors';
import type { ServiceForm } from './model';
import { parseDuration, parseWhole, right, wrong, type Parsed } from './quantity';
import type { Healthcheck, RestartPolicy, ServiceCreate } from '../api/service';
import { splitWords } from './words';

/** What the containers are like. */
export function container(form: ServiceForm, faults: Faults): Partial<ServiceCreate> {
  const words = (path: 'args' | 'entrypoint') => some(faults.take(path, splitWords(form[path])) ?? []);
  const capAdd = capabilities(form.capAdd);
  return {
    args: words('args'),
    entrypoint: words('entrypoint'),
    env: some(readVariables('env', form.env, faults)),
    labels: readLabels('labels', form.labels, faults),
    container_labels: readLabels('containerLabels', form.containerLabels, faults),
    user: filled(form.user),
    workdir: faults.optional('workdir', form.workdir, absolutePath),
    hostname: filled(form.hostname),
    stop_grace_period_ms: faults.optional('stopGracePeriod', form.stopGracePeriod, parseDuration),
    stop_signal: faults.optional('stopSignal', form.stopSignal, signal),
    read_only: form.readOnly || undefined,
    init: form.init || undefined,
    tty: form.tty || undefined,
    cap_add: some(capAdd),
    cap_drop: some(capabilities(form.capDrop).filter((name) => !capAdd.includes(name))),
  };
}

/** How a container tells that it is well; nothing where no field of it is filled in. */
export function healthcheck(form: ServiceForm, faults: Faults): Healthcheck | undefined {
  if (form.healthDisable) return { disable: true };
  const check = present<Healthcheck>({
    command: filled(form.healthCommand),
    interval_ms: faults.optional('healthInterval', form.healthInterval, parseDuration),
    timeout_ms: faults.optional('healthTimeout', form.healthTimeout, parseDuration),
    retries: faults.optional('healthRetries', form.healthRetries, (text) => parseWhole(text, 1, 1000, 'number')),
    start_period_ms: faults.optional('healthStartPeriod', form.healthStartPeriod, parseDuration),
  });
  return Object.keys(check).length > 0 ? check : undefined;
}

/** What happens when a container exits; nothing where it is as Docker does it anyway. */
export function restart(form: ServiceForm, faults: Faults): RestartPolicy | undefined {
  const policy = present<RestartPolicy>({
    condition: form.restartCondition,
    delay_ms: faults.optional('restartDelay', form.restartDelay, parseDuration),
    max_attempts: faults.optional('restartMaxAttempts', form.restartMaxAttempts, (text) =>
      parseWhole(text, 0, 1_000_000, 'number'),
    ),
    window_ms: faults.optional('restartWindow', form.restartWindow, parseDuration),
  });
  return Object.keys(policy).length > 1 || policy.condition !== 'any' ? policy : undefined;
}

/** `NAME=value` of each row that is not empty. */
export function readVariables(path: string, rows: string[], faults: Faults): string[] {
  return rows.flatMap((row, index) => {
    const text = row.trimStart();
    if (text === '') return [];
    const name = text.split('=', 1)[0] ?? '';
    if (!text.includes('=') || name === '' || /\s/.test(name)) {
      faults.add(`${path}.${index}`, 'Write NAME=value, such as TZ=Europe/Berlin.');
      return [];
    }
    return [text];
  });
}

/** `KEY=value` of each row that is not empty; a key may stand alone. */
export function readLabels(path: string, rows: string[], faults: Faults): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  rows.forEach((row, index) => {
    const text = row.trim();
    if (text === '') return;
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    const error = labelError(key);
    if (error !== undefined) faults.add(`${path}.${index}`, error);
    else if (Object.hasOwn(labels, key)) faults.add(`${path}.${index}`, `The label ${key} stands here twice.`);
    else labels[key] = at < 0 ? '' : text.slice(at + 1);
  });
  return Object.keys(labels).length > 0 ? labels : undefined;
}

function labelError(key: string): string | undefined {
  if (key === '') return 'Write KEY=value, such as team=edge.';
  if (/\s/.test(key)) return 'A key has no spaces; write KEY=value, such as team=edge.';
  if (key.startsWith('swarmmanager.')) return "Labels that begin with swarmmanager. are SwarmManager's own.";
  return undefined;
}

/** Full names, each once. */
function capabilities(text: string): string[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  const full = names.map((name) => name.toUpperCase()).map((name) => (isFull(name) ? name : `CAP_${name}`));
  return [...new Set(full)].sort();
}

const isFull = (name: string) => name === 'ALL' || name.startsWith('CAP_');

function absolutePath(text: string): Parsed<string> {
  return text.trim().startsWith('/') ? right(text.trim()) : wrong('Write an absolute path, such as /srv.');
}

function signal(text: string): Parsed<string> {
  return /^[A-Za-z0-9+-]+$/.test(text.trim()) ? right(text.trim()) : wrong('Write a signal, such as SIGINT.');
}
