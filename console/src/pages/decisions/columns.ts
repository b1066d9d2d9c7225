/** What stands beside a node's score: it depends on what the policy tells. */

import type { Explanation, NodeVerdict, Outlook, Resource, Term } from './explanation';

const RESOURCES: { resource: Resource; label: string }[] = [
  { resource: 'cpu', label: 'CPU' },
  { resource: 'memory', label: 'Memory' },
  { resource: 'disk', label: 'Disk' },
  { resource: 'disk-io', label: 'Disk I/O' },
  { resource: 'network', label: 'Network' },
];
/** A share of the capacity above which a node counts as overloaded. */
export const LIMIT = 0.9;
/** Risks below this are shown as none. */
const RISK_SHOWN = 0.0005;

export interface Columns {
  /** Of each resource: what is expected of the node, which share of what is free is taken, or nothing. */
  told: 'outlook' | 'share' | 'nothing';
  resources: { resource: Resource; label: string }[];
  /** Whether the score is a sum. */
  sum: boolean;
  /** All columns, the node and its score as well. */
  total: number;
}

/** The columns of the candidates; those of the nodes that are out have their reasons there. */
export function columnsOf({ policy, nodes }: Pick<Explanation, 'policy' | 'nodes'>): Columns {
  const candidates = nodes.filter((node) => node.verdict.kind === 'candidate');
  const told = candidates.some((node) => (node.outlook ?? []).length > 0)
    ? 'outlook'
    : policy === 'availability'
      ? 'share'
      : 'nothing';
  const numbers = (node: NodeVerdict) => ({ outlook: node.outlook ?? [], share: node.parts, nothing: [] })[told];
  const resources = RESOURCES.filter(({ resource }) =>
    candidates.some((node) => numbers(node).some((one) => one.resource === resource)),
  );
  const sum = candidates.some((node) => (node.terms ?? []).length > 0);
  // Reasons need one in any case.
  return { told, resources, sum, total: 2 + Math.max(resources.length + (sum ? 1 : 0), 1) };
}

/** Sums have digits enough to tell apart nodes that are all safe; counts have none. */
export function scoreText(score: number, { told, sum }: Columns): string {
  if (sum) return score.toFixed(6);
  return told === 'nothing' && Number.isInteger(score) ? score.toFixed(0) : score.toFixed(4);
}

/** What the score is the sum of, less what does not show in its digits. */
export function addends(node: NodeVerdict): Term[] {
  return (node.terms ?? []).filter((term) => Math.abs(term.value) >= 5e-7);
}

/** `+0.000500`, with the sign of a number. */
export function addendText({ value }: Term): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(6)}`;
}

/** `41 % ± 12 %`. */
export function expectedText({ mean, deviation, capacity }: Outlook): string {
  const percent = (amount: number) => `${Math.round((100 * amount) / capacity)} %`;
  return `${percent(mean)} ± ${percent(deviation)}`;
}

/** `risk 0.1 %`, or nothing where there is none to speak of. */
export function riskText({ risk }: Outlook): string | undefined {
  return risk < RISK_SHOWN ? undefined : `risk ${(100 * risk).toFixed(1)} %`;
}
