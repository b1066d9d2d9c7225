/** What a node has three of, each measured the same way. */

import { bytes, megahertz, ofBytes, ofMegahertz, type Known } from '../format/quantity';

export type ResourceName = 'cpu' | 'memory' | 'disk';

/** The same quantity of each resource. */
export type Amounts = Record<ResourceName, Known>;

/** What a meter shows. */
export interface Resource {
  label: string;
  colour: ResourceName;
  used: Known;
  reserved: Known;
  capacity: Known;
  text: string;
  reservedText: string;
}

const RESOURCES = [
  { colour: 'cpu', label: 'CPU', plain: megahertz, of: ofMegahertz },
  { colour: 'memory', label: 'Memory', plain: bytes, of: ofBytes },
  { colour: 'disk', label: 'Disk', plain: bytes, of: ofBytes },
] as const;

export function resources(used: Amounts, reserved: Amounts, capacity: Amounts): Resource[] {
  return RESOURCES.map(({ colour, label, plain, of }) => ({
    colour,
    label,
    used: used[colour],
    reserved: reserved[colour],
    capacity: capacity[colour],
    text: of(used[colour], capacity[colour]),
    reservedText: plain(reserved[colour]),
  }));
}

interface HasResources {
  reserved_cpu_mhz: number;
  reserved_memory_bytes: number;
  reserved_disk_bytes: number;
  cpu_capacity_mhz?: number;
  memory_total_bytes?: number;
  disk_total_bytes?: number;
}

/** A node's resources with what is used of them now. */
export function resourcesOf(node: HasResources, used: Amounts): Resource[] {
  const reserved = {
    cpu: node.reserved_cpu_mhz,
    memory: node.reserved_memory_bytes,
    disk: node.reserved_disk_bytes,
  };
  const capacity = { cpu: node.cpu_capacity_mhz, memory: node.memory_total_bytes, disk: node.disk_total_bytes };
  return resources(used, reserved, capacity);
}
