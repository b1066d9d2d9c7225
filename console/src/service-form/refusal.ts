import type { FieldErrors } from './errors';

/** The manager's names of fields, and where they stand in the form. A list's fault is shown at the list. */
const FIELDS: Record<string, string> = {
  name: 'name',
  image: 'image',
  replicas: 'replicas',
  'demand.cpu': 'cpu',
  env: 'env',
  labels: 'labels',
  publish: 'ports',
  mounts: 'mounts',
  constraints: 'constraints',
};

/** What the manager said, put beside the field that it is about; nothing where it is about none. */
export function fieldOfRefusal(message: string): FieldErrors {
  const named = /^invalid ([a-z_.]+): (.*)$/s.exec(message);
  const field = FIELDS[named?.[1] ?? ''];
  if (field !== undefined) return { [field]: capitalized(named?.[2] ?? message) };
  if (/^service \S+ already exists$/.test(message) || /^service \S+ needs the name /.test(message)) {
    return { name: capitalized(message) };
  }
  const missing = /^no such (network|secret|config): /.exec(message);
  if (missing !== null) return { [`${missing[1]}s`]: capitalized(message) };
  return {};
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
}
