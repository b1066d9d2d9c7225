/** Every node as the overview shows it: the fleet, which changes now and then, and its readings of each second. */

import type { Fleet, FleetInstance, FleetNode, Readings } from '../api/fleet';
import { groupByNode, placesOf } from './grouping';
import { carryOver, nothingRead, type Columns } from './columns';

/** One node's numbers of this second. */
export interface Now {
  ageMs: number | null;
  cpu: number | null;
  memory: number | null;
  disk: number | null;
  received: number | null;
  sent: number | null;
}

const NOTHING: Now = { ageMs: null, cpu: null, memory: null, disk: null, received: null, sent: null };

export class FleetStore {
  fleet = $state.raw<Fleet | undefined>();
  columns = $state.raw<Columns>(nothingRead(0));

  readonly nodes = $derived<FleetNode[]>(this.fleet?.nodes ?? []);
  /** Where a node's numbers stand in the columns. */
  readonly #places = $derived(placesOf(this.nodes));
  readonly #byNode = $derived(groupByNode(this.fleet?.instances ?? []));

  takeFleet(fleet: Fleet): void {
    this.columns = carryOver(this.columns, this.nodes, fleet.nodes);
    this.fleet = fleet;
  }

  /** Columns without the names that they belong to are of no use: readings of another revision are dropped. */
  takeReadings(readings: Readings): boolean {
    if (this.fleet === undefined || readings.revision !== this.fleet.revision) return false;
    this.columns = readings;
    return true;
  }

  now(id: string): Now {
    const place = this.#places.get(id);
    if (place === undefined) return NOTHING;
    const columns = this.columns;
    return {
      ageMs: columns.reading_age_ms[place] ?? null,
      cpu: columns.cpu_used_mhz[place] ?? null,
      memory: columns.memory_used_bytes[place] ?? null,
      disk: columns.disk_used_bytes[place] ?? null,
      received: columns.network_rx_bytes_per_s[place] ?? null,
      sent: columns.network_tx_bytes_per_s[place] ?? null,
    };
  }

  node(id: string): FleetNode | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.nodes[place];
  }

  /** By name; those that have no node yet under null. */
  instancesOn(node: string | null): FleetInstance[] {
    return this.#byNode.get(node) ?? [];
  }
}
