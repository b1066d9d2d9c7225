/** Ways to find things in the fleet without looking through all of it. */

import type { FleetInstance, FleetNode } from '../api/fleet';

/** Where each node stands, by its id. */
export function placesOf(nodes: FleetNode[]): ReadonlyMap<string, number> {
  return new Map(nodes.map((node, place) => [node.id, place]));
}

/** By service and number; those that have no node yet under null. */
export function groupByNode(instances: FleetInstance[]): Map<string | null, FleetInstance[]> {
  const groups = new Map<string | null, FleetInstance[]>();
  for (const instance of instances) {
    const node = instance.node ?? null;
    const group = groups.get(node);
    if (group === undefined) groups.set(node, [instance]);
    else group.push(instance);
  }
  for (const group of groups.values()) group.sort(byServiceAndNumber);
  return groups;
}

function byServiceAndNumber(a: FleetInstance, b: FleetInstance): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return (a.number ?? -1) - (b.number ?? -1);
}
