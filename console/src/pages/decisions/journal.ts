/** A window on the journal: newest first, grown at the top by what happens and at the bottom by what is asked for. */

import type { Decision } from '../../api/decision';

export interface JournalFilter {
  service: string;
  node: string;
  action: string;
  outcome: string;
}

export const NO_FILTER: JournalFilter = { service: '', node: '', action: '', outcome: '' };
export const PAGE_SIZE = 50;

/** Most entries kept at the top while one watches; older ones can be asked for again. */
const MOST_KEPT = 1000;

/** Whether an entry that happens now belongs under the filter. */
export function passes(decision: Decision, filter: JournalFilter): boolean {
  return (
    (filter.service === '' || decision.service === filter.service) &&
    (filter.node === '' || decision.node === filter.node || decision.hostname === filter.node) &&
    (filter.action === '' || decision.action === filter.action) &&
    (filter.outcome === '' || decision.outcome === filter.outcome)
  );
}

/** The list with an entry that is new, or that has changed since: a planned one is told again when it is concluded. */
export function withNews(entries: Decision[], decision: Decision): Decision[] {
  const at = entries.findIndex((entry) => entry.id <= decision.id);
  if (at < 0) return entries.length === 0 ? [decision] : entries;
  if (entries[at]?.id === decision.id) return entries.with(at, decision);
  return entries.toSpliced(at, 0, decision).slice(0, MOST_KEPT);
}

/** The list with older entries at its end, each once. */
export function withOlder(entries: Decision[], older: Decision[]): Decision[] {
  const last = entries.at(-1)?.id ?? Number.MAX_SAFE_INTEGER;
  return [...entries, ...older.filter((entry) => entry.id < last)];
}
