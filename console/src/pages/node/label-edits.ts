/** Labels as one edits them, and what of them has to be changed. */

import type { NodeChange } from '../../api/node';

export interface LabelRow {
  /** Tells rows apart while they are edited. */
  id: number;
  key: string;
  value: string;
}

export function rowsOf(labels: Record<string, string>): LabelRow[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value], id) => ({ id, key, value }));
}

/** What is wrong with a row, by its id. A row without key and value counts as none. */
export function labelFaults(rows: LabelRow[]): Map<number, string> {
  const faults = new Map<number, string>();
  const seen = new Set<string>();
  for (const row of used(rows)) {
    const key = row.key.trim();
    if (key === '') faults.set(row.id, 'A label needs a name, such as zone.');
    else if (/\s|=/.test(key)) faults.set(row.id, 'A name has no spaces and no "=".');
    else if (seen.has(key)) faults.set(row.id, `${key} is there twice.`);
    seen.add(key);
  }
  return faults;
}

export function labelChange(before: Record<string, string>, rows: LabelRow[]): NodeChange {
  const after = Object.fromEntries(used(rows).map((row) => [row.key.trim(), row.value.trim()]));
  const added = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return {
    labels_add: Object.fromEntries(added),
    labels_remove: Object.keys(before).filter((key) => !(key in after)),
  };
}

export function isChange(change: NodeChange): boolean {
  return Object.keys(change.labels_add ?? {}).length > 0 || (change.labels_remove ?? []).length > 0;
}

function used(rows: LabelRow[]): LabelRow[] {
  return rows.filter((row) => row.key.trim() !== '' || row.value.trim() !== '');
}
