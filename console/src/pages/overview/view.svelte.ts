/** How the overview is looked at. The choice of cards or rows is remembered; filters and order stand in the address. */

import { NO_FILTERS, type Filters, type Order, type SortKey } from '../../fleet/selection';
import { router } from '../../router/router.svelte';

export type ViewName = 'cards' | 'rows' | 'map';

const KEY = 'overview-view';
/** With more nodes than this, rows say more at once. */
const MANY = 30;
const SORT_KEYS: SortKey[] = ['hostname', 'role', 'availability', 'cpu', 'memory', 'disk', 'network', 'instances'];

class OverviewView {
  #chosen = $state<ViewName | undefined>(remembered());

  readonly filters: Filters = $derived.by(() => {
    const search = router.search;
    const names = Object.keys(NO_FILTERS) as (keyof Filters)[];
    return Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) as unknown as Filters;
  });

  readonly order: Order = $derived.by(() => {
    const key = SORT_KEYS.find((known) => known === router.search.get('sort')) ?? 'hostname';
    return { key, down: router.search.get('down') === '1' };
  });

  name(nodes: number): ViewName {
    return this.#chosen ?? (nodes > MANY ? 'rows' : 'cards');
  }

  choose(name: ViewName): void {
    this.#chosen = name;
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // Without storage the choice holds until the page is left.
    }
  }

  filter(change: Partial<Filters>): void {
    router.setSearch(change);
  }

  sort(order: Order): void {
    router.setSearch({ sort: order.key === 'hostname' ? '' : order.key, down: order.down ? '1' : '' });
  }

  clear(): void {
    this.filter(NO_FILTERS);
  }
}

function remembered(): ViewName | undefined {
  try {
    const name = localStorage.getItem(KEY);
    return name === 'cards' || name === 'rows' || name === 'map' ? name : undefined;
  } catch {
    return undefined;
  }
}

export const view = new OverviewView();
