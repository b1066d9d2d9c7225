/** The journal's entries. */

export type Action = 'place' | 'scale' | 'remove' | (string & {});
export type Outcome = 'planned' | 'done' | 'no-node' | 'failed' | (string & {});

export interface Decision {
  /** Grows by one from entry to entry. */
  id: number;
  unix_ms: number;
  action: Action;
  outcome: Outcome;
  service: string;
  instance?: number;
  node?: string;
  hostname?: string;
  /** Who asked; absent where the manager did it by itself. */
  by?: string;
  summary: string;
  /** The numbers that it was made from; left out of lists and events. */
  explanation?: unknown;
}

export interface DecisionList {
  decisions: Decision[];
}

export interface PlacementPreview {
  policy: string;
  decisions: unknown[];
}
