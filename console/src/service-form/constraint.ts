/** Docker's placement constraints, checked as the manager checks them, so that what it would refuse is said at once. */

const KEYS = ['node.id', 'node.hostname', 'node.ip', 'node.role', 'node.platform.os', 'node.platform.arch'];
const REPORTED_ARCHITECTURES: Record<string, string> = { amd64: 'x86_64', arm64: 'aarch64' };

/** What is wrong with a constraint, undefined if nothing. */
export function constraintError(text: string): string | undefined {
  const operator = ['==', '!='].find((sign) => text.includes(sign));
  if (operator === undefined) return 'Write a key, == or !=, and a value, such as node.role==worker.';
  const at = text.indexOf(operator);
  const key = text.slice(0, at).trim();
  const value = text.slice(at + operator.length).trim();
  if (!/^[A-Za-z_][A-Za-z0-9_.-]+$/.test(key)) {
    return 'The key has letters, digits, -, _ and . only, such as node.labels.zone.';
  }
  if (!isKnownKey(key)) {
    return `The key is none of ${KEYS.join(', ')}, node.labels.NAME, engine.labels.NAME.`;
  }
  if (value === '') return `Write a value behind ${operator}, such as node.role==worker.`;
  if (!/^[A-Za-z0-9\s:\-_.*()?+[\]\\^$|/]+$/.test(value)) {
    return 'Docker takes only ASCII letters, digits, spaces and :-_.*()?+[]\\^$|/ in a value.';
  }
  return valueError(key.toLowerCase(), value.toLowerCase());
}

function isKnownKey(key: string): boolean {
  const lower = key.toLowerCase();
  const named = ['node.labels.', 'engine.labels.'].some((head) => lower.startsWith(head) && lower.length > head.length);
  return named || KEYS.includes(lower);
}

function valueError(key: string, value: string): string | undefined {
  if (key === 'node.role' && value !== 'manager' && value !== 'worker') return 'A role is manager or worker.';
  const reported = key === 'node.platform.arch' ? REPORTED_ARCHITECTURES[value] : undefined;
  if (reported !== undefined) return `Engines report ${reported}: write node.platform.arch==${reported}.`;
  if (key === 'node.ip' && !/^[0-9a-f:.]+(\/\d{1,3})?$/.test(value)) {
    return 'Write an address such as 192.168.1.10, or a network such as 192.168.1.0/24.';
  }
  return undefined;
}
