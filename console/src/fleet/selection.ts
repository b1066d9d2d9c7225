/** Which nodes are shown, and in which order. */

import type { FleetNode } from '../api/fleet';
import { share } from '../format/quantity';
import type { Now } from './fleet.svelte';
import { readingState } from './standing';

export interface Filters {
  text: string;
  role: string;
  availability: string;
  /** `ready`, `down`, …, or `stale` for nodes without a fresh reading. */
  state: string;
  /** `zone=north`. */
  label: string;
}

export const NO_FILTERS: Filters = { text: '', role: '', availability: '', state: '', label: '' };

export type SortKey = 'hostname' | 'role' | 'availability' | 'cpu' | 'memory' | 'disk' | 'network' | 'instances';

export interface Order {
  key: SortKey;
  down: boolean;
}

/** Orders that move by themselves; they are renewed now and then, so that a row can be clicked on. */
export const MOVING: readonly SortKey[] = ['cpu', 'memory', 'disk', 'network'];

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== '');
}

export function select(
  nodes: readonly FleetNode[],
  filters: Filters,
  order: Order,
  nowOf: (id: string) => Now,
): FleetNode[] {
  const shown = nodes.filter((node) => passes(node, filters, nowOf));
  const keyed = shown.map((node) => ({ node, value: valueOf(node, order.key, nowOf) }));
  const sign = order.down ? -1 : 1;
  keyed.sort((a, b) => sign * compare(a.value, b.value) || compareNames(a.node.hostname, b.node.hostname));
  return keyed.map(({ node }) => node);
}

/** Every `key=value` that a node has, for choosing from. */
export function labelsOf(nodes: readonly FleetNode[]): string[] {
  const labels = new Set<string>();
  for (const node of nodes) for (const [key, value] of Object.entries(node.labels)) labels.add(`${key}=${value}`);
  return [...labels].sort(compareNames);
}

function passes(node: FleetNode, filters: Filters, nowOf: (id: string) => Now): boolean {
  if (filters.role !== '' && !hasRole(node, filters.role)) return false;
  if (filters.availability !== '' && node.availability !== filters.availability) return false;
  if (filters.state === 'stale') {
    if (readingState(nowOf(node.id).ageMs) === 'live') return false;
  } else if (filters.state !== '' && node.state !== filters.state) return false;
  if (filters.label !== '' && !hasLabel(node, filters.label)) return false;
  return words(filters.text).every((word) => mentions(node, word));
}

function hasRole(node: FleetNode, role: string): boolean {
  return role === 'leader' ? node.leader : node.role === role;
}

function hasLabel(node: FleetNode, label: string): boolean {
  return Object.entries(node.labels).some(([key, value]) => `${key}=${value}` === label);
}

function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function mentions(node: FleetNode, word: string): boolean {
  if (node.hostname.toLowerCase().includes(word) || node.address.includes(word)) return true;
  if (node.id.startsWith(word)) return true;
  return Object.entries(node.labels).some(([key, value]) => `${key}=${value}`.toLowerCase().includes(word));
}

function valueOf(node: FleetNode, key: SortKey, nowOf: (id: string) => Now): number | string {
  switch (key) {
    case 'hostname':
      return node.hostname;
    case 'role':
      return node.leader ? '0' : node.role;
    case 'availability':
      return node.availability;
    case 'instances':
      return node.instances;
    case 'cpu':
      return share(nowOf(node.id).cpu, node.cpu_capacity_mhz) ?? -1;
    case 'memory':
      return share(nowOf(node.id).memory, node.memory_total_bytes) ?? -1;
    case 'disk':
      return share(nowOf(node.id).disk, node.disk_total_bytes) ?? -1;
    case 'network': {
      const { received, sent } = nowOf(node.id);
      return received === null && sent === null ? -1 : (received ?? 0) + (sent ?? 0);
    }
  }
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareNames(String(a), String(b));
}

const NAMES = new Intl.Collator('en', { numeric: true });

/** `edge-2` before `edge-10`. */
function compareNames(a: string, b: string): number {
  return NAMES.compare(a, b);
}
