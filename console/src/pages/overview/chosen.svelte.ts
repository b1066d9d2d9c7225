/** Which nodes are chosen to be acted upon together. */

import { SvelteSet } from 'svelte/reactivity';
import type { FleetNode } from '../../api/fleet';

class Chosen {
  /** Whether nodes can be chosen now. */
  on = $state(false);
  readonly #ids = new SvelteSet<string>();

  toggle(): void {
    this.on = !this.on;
    if (!this.on) this.clear();
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  set(id: string, value: boolean): void {
    if (value) this.#ids.add(id);
    else this.#ids.delete(id);
  }

  /** Those that are still there. */
  among(nodes: readonly FleetNode[]): FleetNode[] {
    return nodes.filter((node) => this.#ids.has(node.id));
  }

  clear(): void {
    this.#ids.clear();
  }
}

export const chosen = new Chosen();
