/** What all nodes have, use and have promised, together. */

import type { FleetNode } from '../api/fleet';
import type { Columns } from './columns';

export interface Total {
  used: number;
  reserved: number;
  capacity: number;
}

export interface Totals {
  nodes: number;
  ready: number;
  cpu: Total;
  memory: Total;
  disk: Total;
  received: number;
  sent: number;
}

/** Nodes that are not ready count as nodes only: what they have is of no use now. */
export function totals(nodes: readonly FleetNode[], columns: Columns): Totals {
  const sum: Totals = {
    nodes: nodes.length,
    ready: 0,
    cpu: { used: 0, reserved: 0, capacity: 0 },
    memory: { used: 0, reserved: 0, capacity: 0 },
    disk: { used: 0, reserved: 0, capacity: 0 },
    received: 0,
    sent: 0,
  };
  for (const [place, node] of nodes.entries()) {
    if (node.state !== 'ready') continue;
    sum.ready += 1;
    add(sum.cpu, columns.cpu_used_mhz[place], node.reserved_cpu_mhz, node.cpu_capacity_mhz);
    add(sum.memory, columns.memory_used_bytes[place], node.reserved_memory_bytes, node.memory_total_bytes);
    add(sum.disk, columns.disk_used_bytes[place], node.reserved_disk_bytes, node.disk_total_bytes);
    sum.received += columns.network_rx_bytes_per_s[place] ?? 0;
    sum.sent += columns.network_tx_bytes_per_s[place] ?? 0;
  }
  return sum;
}

function add(
  total: Total,
  used: number | null | undefined,
  reserved: number,
  capacity: number | null | undefined,
): void {
  total.used += used ?? 0;
  total.reserved += reserved;
  total.capacity += capacity ?? 0;
}
