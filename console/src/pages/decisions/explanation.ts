/** The numbers that a decision was made from, as the placement's own JSON has them. */

export type Resource = 'cpu' | 'memory' | 'disk' | 'disk-io' | 'network';

/** One instance, where it goes, and why. */
export interface PlacedInstance {
  /** Which of the instances asked for, from 0. */
  instance: number;
  outcome: PlacementOutcome;
  explanation?: Explanation;
}

export type PlacementOutcome =
  | { kind: 'placed'; node: string; hostname: string }
  | { kind: 'unplaced'; reason: { counts: [kind: string, nodes: number][] } };

export interface Explanation {
  policy: string;
  demand: { cpu: string; memory: number; disk: number };
  constraints: string[];
  /** Candidates first, the best one at the top, then those that are out. */
  nodes: NodeVerdict[];
}

export interface NodeVerdict {
  node: string;
  hostname: string;
  verdict: { kind: 'candidate'; score: number } | { kind: 'out'; reasons: Reason[] };
  parts: Part[];
  /** What the score is the sum of, where the policy adds things up. */
  terms?: Term[];
  /** What is expected of the node with the instance, where the policy looks ahead. */
  outlook?: Outlook[];
}

/** One of the things that a score is the sum of. */
export interface Term {
  name: string;
  value: number;
}

/** What is expected of one resource of a node with the instance, in MHz, bytes or bytes per second. */
export interface Outlook {
  resource: Resource;
  capacity: number;
  /** What the instance is expected to use. */
  instance: number;
  mean: number;
  /** Standard deviation. */
  deviation: number;
  /** How likely more than 90 % of the capacity is used, from 0 to 1. */
  risk: number;
}

/** One resource of a node, in MHz or bytes. */
export interface Part {
  resource: Resource;
  capacity: number;
  used: number;
  /** Placed on it a moment ago; not in the measurements yet. */
  unseen: number;
  reserved: number;
  free: number;
  demand: number;
  /** Demand over free. */
  share: number;
  factors?: Factor[];
}

export type Factor = 'unstable' | 'falling' | 'rising';

export type Reason =
  | { kind: 'not-ready'; status: string }
  | { kind: 'not-active'; availability: string }
  | { kind: 'excluded' }
  | { kind: 'no-reports' }
  | { kind: 'stale'; age: { secs: number; nanos: number } }
  | { kind: 'constraint'; constraint: string }
  | { kind: 'platform'; node: Platform; image: Platform[] }
  | { kind: 'max-per-node'; most: number }
  | { kind: 'policy'; policy: string }
  | { kind: 'port-taken'; port: { port: number; protocol: string } }
  | {
      kind: 'too-little-free';
      resource: Resource;
      demand: number;
      free: number;
      capacity: number;
      used: number;
      unseen: number;
    }
  | { kind: 'reserved'; resource: Resource; demand: number; reserved: number; capacity: number };

export interface Platform {
  os: string;
  arch: string;
}

/** What the API leaves open, read; undefined where it is something else: a journal may be older than this page. */
export function readPlaced(value: unknown): PlacedInstance | undefined {
  if (!isObject(value) || !isObject(value.outcome) || typeof value.instance !== 'number') return undefined;
  if (value.outcome.kind !== 'placed' && value.outcome.kind !== 'unplaced') return undefined;
  const { explanation } = value;
  if (explanation !== undefined && !(isObject(explanation) && Array.isArray(explanation.nodes))) return undefined;
  return value as unknown as PlacedInstance;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The node chosen, if there is one. */
export function chosenNode(placed: PlacedInstance): string | undefined {
  return placed.outcome.kind === 'placed' ? placed.outcome.node : undefined;
}
