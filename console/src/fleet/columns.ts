/** Readings as columns: one list of numbers for each quantity, in the order of the nodes. */

import type { Readings } from '../api/fleet';

export type ColumnName =
  | 'reading_age_ms'
  | 'cpu_used_mhz'
  | 'memory_used_bytes'
  | 'disk_used_bytes'
  | 'network_rx_bytes_per_s'
  | 'network_tx_bytes_per_s';

export type Columns = Pick<Readings, ColumnName>;

const NAMES: ColumnName[] = [
  'reading_age_ms',
  'cpu_used_mhz',
  'memory_used_bytes',
  'disk_used_bytes',
  'network_rx_bytes_per_s',
  'network_tx_bytes_per_s',
];

export function nothingRead(nodes: number): Columns {
  return build(() => new Array<number | null>(nodes).fill(null));
}

/** The numbers in the order of the new nodes, so that none vanishes until the next second. */
export function carryOver(columns: Columns, before: { id: string }[], after: { id: string }[]): Columns {
  const places = new Map(before.map((node, place) => [node.id, place]));
  return build((name) =>
    after.map((node) => {
      const place = places.get(node.id);
      return place === undefined ? null : (columns[name][place] ?? null);
    }),
  );
}

function build(column: (name: ColumnName) => (number | null)[]): Columns {
  return Object.fromEntries(NAMES.map((name) => [name, column(name)])) as Columns;
}
