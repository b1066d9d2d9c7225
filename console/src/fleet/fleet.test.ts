import { describe, expect, it } from 'vitest';
import type { Fleet, FleetNode, Readings } from '../api/fleet';
import { FleetStore } from './fleet.svelte';
import { labelsOf, NO_FILTERS, select, type Filters, type Order } from './selection';
import { readingState } from './standing';
import { totals } from './totals';

function node(hostname: string, change: Partial<FleetNode> = {}): FleetNode {
  return {
    id: `${hostname}-id`,
    hostname,
    address: '10.0.0.1',
    role: 'worker',
    leader: false,
    availability: 'active',
    state: 'ready',
    platform: 'linux/x86_64',
    engine_version: '26.1.5',
    instances: 0,
    tasks: 0,
    reserved_cpu_mhz: 500,
    reserved_memory_bytes: 1024,
    reserved_disk_bytes: 0,
    cpu_capacity_mhz: 4000,
    cpu_capacity_nominal: false,
    memory_total_bytes: 4096,
    disk_total_bytes: 8192,
    labels: {},
    ...change,
  };
}

function fleet(revision: number, ...nodes: FleetNode[]): Fleet {
  return { revision, nodes, instances: [] };
}

function readings(revision: number, cpu: (number | null)[], ages: (number | null)[] = cpu.map(() => 300)): Readings {
  const zero = cpu.map(() => 0);
  return {
    revision,
    unix_ms: 1,
    swarm_as_of_unix_ms: 1,
    leading: true,
    reading_age_ms: ages,
    cpu_used_mhz: cpu,
    memory_used_bytes: zero,
    disk_used_bytes: zero,
    network_rx_bytes_per_s: zero,
    network_tx_bytes_per_s: zero,
  };
}

describe('the fleet', () => {
  it('gives each node the numbers of its place', () => {
    const store = new FleetStore();
    store.takeFleet(fleet(7, node('a'), node('b')));
    expect(store.takeReadings(readings(7, [100, 200], [300, 9000]))).toBe(true);
    expect(store.now('b-id').cpu).toBe(200);
    expect(readingState(store.now('a-id').ageMs)).toBe('live');
    expect(readingState(store.now('b-id').ageMs)).toBe('stale');
  });

  it('drops readings of another revision: their places belong to other nodes', () => {
    const store = new FleetStore();
    store.takeFleet(fleet(1, node('a'), node('b')));
    store.takeReadings(readings(1, [100, 200]));
    expect(store.takeReadings(readings(2, [900, 100, 200]))).toBe(false);
    expect(store.now('a-id').cpu).toBe(100);
  });

  it('keeps the numbers with their nodes when the order changes', () => {
    const store = new FleetStore();
    store.takeFleet(fleet(1, node('a'), node('b')));
    store.takeReadings(readings(1, [100, 200]));
    store.takeFleet(fleet(2, node('new'), node('b'), node('a')));
    expect(store.now('b-id').cpu).toBe(200);
    expect(store.now('a-id').cpu).toBe(100);
    expect(store.now('new-id').cpu).toBeNull();
    expect(readingState(store.now('new-id').ageMs)).toBe('silent');
  });

  it('knows nothing of a node that is not there', () => {
    expect(new FleetStore().now('x').cpu).toBeNull();
  });

  it('groups instances by node, those without one apart, by service and number', () => {
    const store = new FleetStore();
    const instance = (name: string, service: string, number: number, on?: string) =>
      ({ name, service, number, state: 'running', desired_state: 'running', ...(on ? { node: on } : {}) }) as const;
    store.takeFleet({
      revision: 1,
      nodes: [node('a')],
      instances: [
        instance('web-10', 'web', 10, 'a-id'),
        instance('web-2', 'web', 2, 'a-id'),
        instance('api-0', 'api', 0, 'a-id'),
        instance('web-3', 'web', 3),
      ],
    });
    expect(store.instancesOn('a-id').map(({ name }) => name)).toEqual(['api-0', 'web-2', 'web-10']);
    expect(store.instancesOn(null).map(({ name }) => name)).toEqual(['web-3']);
    expect(store.instancesOn('b-id')).toEqual([]);
  });
});

describe('which nodes are shown', () => {
  const store = new FleetStore();
  const nodes = [
    node('edge-10', { labels: { zone: 'north' }, address: '10.1.0.10' }),
    node('edge-2', { labels: { zone: 'south' }, role: 'manager', leader: true }),
    node('core', { availability: 'drain', state: 'down', role: 'manager' }),
  ];
  store.takeFleet(fleet(1, ...nodes));
  store.takeReadings(readings(1, [1000, 3000, null], [100, 7000, null]));

  function shown(filters: Partial<Filters>, order: Order = { key: 'hostname', down: false }): string[] {
    return select(nodes, { ...NO_FILTERS, ...filters }, order, (id) => store.now(id)).map(({ hostname }) => hostname);
  }

  it.each([
    [{}, ['core', 'edge-2', 'edge-10']],
    [{ text: 'EDGE' }, ['edge-2', 'edge-10']],
    [{ text: 'edge zone=north' }, ['edge-10']],
    [{ text: '10.1.0' }, ['edge-10']],
    [{ role: 'manager' }, ['core', 'edge-2']],
    [{ role: 'leader' }, ['edge-2']],
    [{ availability: 'drain' }, ['core']],
    [{ state: 'down' }, ['core']],
    [{ state: 'stale' }, ['core', 'edge-2']],
    [{ label: 'zone=south' }, ['edge-2']],
    [{ label: 'zone=sout' }, []],
    [{ role: 'worker', state: 'down' }, []],
  ])('%o shows %o', (filters, names) => expect(shown(filters)).toEqual(names));

  it('sorts by what is used, unknown last when the most comes first', () => {
    expect(shown({}, { key: 'cpu', down: true })).toEqual(['edge-2', 'edge-10', 'core']);
  });

  it('offers every label once', () => {
    expect(labelsOf(nodes)).toEqual(['zone=north', 'zone=south']);
  });

  it('adds up the nodes that are ready', () => {
    const sum = totals(nodes, store.columns);
    expect(sum).toMatchObject({ nodes: 3, ready: 2, cpu: { used: 4000, reserved: 1000, capacity: 8000 } });
  });
});
