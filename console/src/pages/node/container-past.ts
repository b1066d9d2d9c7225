/** The last 60 seconds of each container. */

import type { ContainerHistory, ContainerUsage } from '../../api/node';

export const CONTAINER_SPAN_MS = 60_000;

export interface ContainerPoint {
  at: number;
  cpu: number;
  memory: number;
  received: number;
  sent: number;
}

export class ContainerPast {
  #points = new Map<string, ContainerPoint[]>();

  take(histories: ContainerHistory[]): void {
    for (const history of histories) {
      const past = history.unix_ms.map((at, index) => ({
        at,
        cpu: history.cpu_used_mhz[index] ?? 0,
        memory: history.memory_working_set_bytes[index] ?? 0,
        received: history.network_rx_bytes_per_s[index] ?? 0,
        sent: history.network_tx_bytes_per_s[index] ?? 0,
      }));
      const newest = past.at(-1)?.at ?? 0;
      const later = this.of(history.id).filter((point) => point.at > newest);
      this.#points.set(history.id, [...past, ...later]);
    }
  }

  /** Adds what the containers do now, and forgets those that are gone. */
  add(at: number, containers: ContainerUsage[]): void {
    const next = new Map<string, ContainerPoint[]>();
    for (const usage of containers) {
      const kept = this.of(usage.id).filter((point) => point.at > at - CONTAINER_SPAN_MS - 1000 && point.at < at);
      kept.push({
        at,
        cpu: usage.cpu_used_mhz,
        memory: usage.memory_working_set_bytes,
        received: usage.network_rx_bytes_per_s,
        sent: usage.network_tx_bytes_per_s,
      });
      next.set(usage.id, kept);
    }
    this.#points = next;
  }

  of(id: string): ContainerPoint[] {
    return this.#points.get(id) ?? [];
  }
}
