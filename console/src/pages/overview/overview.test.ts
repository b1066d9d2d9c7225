import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from '../../../tests/render';
import type { Fleet, FleetInstance, FleetNode, Readings } from '../../api/fleet';
import StaleBar from '../../components/StaleBar.svelte';
import { visibleRows } from '../../components/visible-rows';
import { live } from '../../live/live.svelte';
import { router } from '../../router/router.svelte';
import { session } from '../../session/session.svelte';
import { chosen } from './chosen.svelte';
import { newestFirst } from './newest';
import Overview from './Overview.svelte';
import { fit } from './strip';

class Source extends EventTarget {
  static latest: Source;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;

  constructor(readonly address: string) {
    super();
    Source.latest = this;
  }

  send(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
    flushSync();
  }

  close(): void {}
}

const GIB = 1024 ** 3;

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
    reserved_cpu_mhz: 1000,
    reserved_memory_bytes: GIB,
    reserved_disk_bytes: 0,
    cpu_capacity_mhz: 4000,
    cpu_capacity_nominal: false,
    memory_total_bytes: 8 * GIB,
    disk_total_bytes: 40 * GIB,
    labels: {},
    ...change,
  };
}

function readings(cpu: (number | null)[], ages: (number | null)[], change: Partial<Readings> = {}): Readings {
  const column = cpu.map(() => GIB);
  return {
    revision: 1,
    unix_ms: Date.now(),
    swarm_as_of_unix_ms: Date.now(),
    leading: true,
    reading_age_ms: ages,
    cpu_used_mhz: cpu,
    memory_used_bytes: column,
    disk_used_bytes: column,
    network_rx_bytes_per_s: column,
    network_tx_bytes_per_s: column,
    ...change,
  };
}

const instance = (name: string, state: FleetInstance['state'], on?: string): FleetInstance => ({
  name,
  service: 'web',
  state,
  desired_state: 'running',
  ...(on === undefined ? {} : { node: on }),
});

beforeEach(() => {
  vi.stubGlobal('EventSource', Source);
  vi.stubGlobal('fetch', async (address: string) => {
    const status = { leading: true, hostname: 'a', swarm_as_of_unix_ms: Date.now() };
    return new Response(JSON.stringify(address.endsWith('/status') ? status : { decisions: [] }));
  });
  localStorage.clear();
  router.go('/', { replace: true });
  session.current = { user: 'ann', role: 'operator', via: 'session' };
});
afterEach(() => vi.unstubAllGlobals());

function show(nodes: FleetNode[], instances: FleetInstance[] = []): HTMLElement {
  const root = render(Overview, {});
  const fleet: Fleet = { revision: 1, nodes, instances };
  Source.latest.onopen?.();
  Source.latest.send('fleet', fleet);
  return root;
}

function card(root: HTMLElement, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[role=listitem][aria-label="${name}"]`);
  if (found === null) throw new Error(`no card of ${name}`);
  return found;
}

describe('the overview', () => {
  it('asks for one stream with what it shows', () => {
    show([node('a')]);
    expect(Source.latest.address).toBe('/api/v1/events?topic=fleet&topic=services&topic=decisions&topic=jobs');
  });

  it('shows what is used and what is reserved in one meter', () => {
    const root = show([node('a')]);
    Source.latest.send('readings', readings([1500], [300]));
    const meter = card(root, 'a').querySelector('[role=meter][aria-label=CPU]');
    expect(meter?.getAttribute('aria-valuetext')).toBe('1.50 / 4.00 GHz used, 1.00 GHz reserved by services');
    expect(meter?.querySelector<HTMLElement>('.used')?.style.transform).toBe('scaleX(0.375)');
    expect(meter?.querySelector<HTMLElement>('.reserved')?.style.width).toBe('25%');
  });

  it('moves with each second', () => {
    const root = show([node('a')]);
    Source.latest.send('readings', readings([1500], [300]));
    Source.latest.send('readings', readings([3000], [300]));
    expect(card(root, 'a').textContent).toContain('3.00 / 4.00 GHz');
  });

  it('marks nodes whose readings are old, and those that never sent any', () => {
    const root = show([node('a'), node('b'), node('c', { state: 'down' })]);
    Source.latest.send('readings', readings([1, 2, null], [12_000, null, null]));
    expect(card(root, 'a').textContent).toContain('Stale 12 s');
    expect(card(root, 'b').textContent).toContain('No reading');
    expect(card(root, 'c').textContent).toContain('Down');
  });

  it('shows which instances are where, by name and state', () => {
    const root = show([node('a')], [instance('web-0', 'running', 'a-id'), instance('web-1', 'pending')]);
    expect(card(root, 'a').querySelector('a[href="/services/web"]')?.textContent).toMatch(/web-0\s*: running/);
    expect(root.querySelector('.waiting')?.textContent).toContain('web-1');
  });

  it('filters, says how many are left, and keeps the filter in the address', () => {
    const root = show([node('a', { role: 'manager' }), node('b')]);
    const select = root.querySelector<HTMLSelectElement>('select[aria-label=Role]');
    if (select === null) throw new Error('no filter for the role');
    select.value = 'manager';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    expect(root.querySelector('[aria-label=b][role=listitem]')).toBeNull();
    expect(root.querySelector('[role=status].found')?.textContent).toContain('1 of 2 nodes');
    expect(location.search).toBe('?role=manager');
  });

  it('remembers rows or cards', () => {
    const root = show([node('a')]);
    const rows = [...root.querySelectorAll('label')].find((label) => label.textContent?.trim() === 'Rows');
    rows?.querySelector('input')?.click();
    flushSync();
    expect(root.querySelector('[role=table][aria-label=Nodes]')).not.toBeNull();
    expect(localStorage.getItem('overview-view')).toBe('rows');
  });

  it('has no more in the page than what is in sight, with thousands of nodes', () => {
    const many = Array.from({ length: 3000 }, (_, index) => node(`n${index}`));
    const root = show(many);
    const rows = root.querySelectorAll('[role=row]').length;
    expect(rows).toBeGreaterThan(5);
    expect(rows).toBeLessThan(100);
  });
});

describe('several nodes', () => {
  function press(root: HTMLElement, words: string): void {
    [...root.querySelectorAll('button')].find((one) => one.textContent?.trim().startsWith(words))?.click();
    flushSync();
  }

  afterEach(() => {
    if (chosen.on) chosen.toggle();
  });

  it('are chosen and drained together, by a job', async () => {
    const root = show([node('a'), node('b'), node('c')]);
    press(root, 'Select');
    expect(root.textContent).toContain('Select nodes first.');
    root.querySelector<HTMLInputElement>('[aria-label="Select a"]')?.click();
    root.querySelector<HTMLInputElement>('[aria-label="Select c"]')?.click();
    flushSync();
    expect(root.textContent).toContain('2 nodes selected');
    press(root, 'Drain');
    const dialog = root.querySelector('dialog[open]');
    expect(dialog?.textContent).toContain('swarm-manager node drain --wait a c');
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
      if (init.method === 'POST') asked.push([address, JSON.parse(String(init.body))]);
      return new Response(JSON.stringify({ id: 'j1', started_unix_ms: 1, state: 'running', items: [] }));
    });
    dialog?.querySelector('form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
    await vi.waitFor(() => expect(asked).toEqual([['/api/v1/nodes/drain', { nodes: ['a-id', 'c-id'] }]]));
    await vi.waitFor(() => expect(router.path).toBe('/jobs/j1'));
  });

  it('are those that pass the filters, where all are selected', () => {
    router.go('/?role=manager', { replace: true });
    const root = show([node('a', { role: 'manager' }), node('b')]);
    press(root, 'Select');
    press(root, 'Select all 1');
    expect(root.textContent).toContain('1 node selected');
    press(root, 'Select none');
    expect(root.textContent).toContain('0 nodes selected');
  });

  it('are removed by an admin only', () => {
    const root = show([node('a')]);
    press(root, 'Select');
    press(root, 'Select all 1');
    const remove = [...root.querySelectorAll('button')].find((one) => one.textContent?.startsWith('Remove'));
    expect(remove?.textContent).toContain('Needs the role admin; yours is operator.');
  });
});

describe('the bar', () => {
  it('says that the connection is lost, and goes when it is back', () => {
    show([node('a')]);
    const bar = render(StaleBar, {});
    Source.latest.onerror?.();
    flushSync();
    expect(bar.textContent).toContain('No connection to the manager');
    live.retryNow();
    Source.latest.onopen?.();
    flushSync();
    expect(bar.textContent?.trim()).toBe('');
  });

  it('says that Swarm cannot be read, and why', () => {
    show([node('a')]);
    const bar = render(StaleBar, {});
    Source.latest.send('readings', readings([1], [1], { swarm_error: 'context deadline exceeded' }));
    expect(bar.textContent).toContain('Swarm cannot be read');
    expect(bar.textContent).toContain('context deadline exceeded');
    Source.latest.send('readings', readings([1], [1]));
    expect(bar.textContent?.trim()).toBe('');
  });

  it('says that this manager does not lead', () => {
    show([node('a')]);
    const bar = render(StaleBar, {});
    Source.latest.send('readings', readings([1], [1], { leading: false }));
    expect(bar.textContent).toContain('does not lead the Swarm');
    Source.latest.send('readings', readings([1], [1]));
  });
});

describe('instances in one line', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => instance(`web-${index}`, 'running'));

  it('have their names where there is room', () => expect(fit(many(3), 240)).toMatchObject({ names: true, more: 0 }));
  it('are shapes where there is less', () => expect(fit(many(8), 240)).toMatchObject({ names: false, more: 0 }));
  it('are counted where there is none', () => {
    const strip = fit(many(50), 240);
    expect(strip.shown.length + strip.more).toBe(50);
    expect(strip.shown.length * 24).toBeLessThanOrEqual(240);
  });
});

describe('rows in sight', () => {
  it('are those between the edges, and some spare', () => {
    expect(visibleRows(1000, 40, 4000, 800, 3)).toEqual({ first: 97, end: 123 });
  });
  it('are never none, nor more than there are', () => {
    expect(visibleRows(10, 40, -5000, 800, 3)).toEqual({ first: 0, end: 1 });
    expect(visibleRows(10, 40, 5000, 800, 3)).toEqual({ first: 9, end: 10 });
    expect(visibleRows(0, 40, 0, 800, 3)).toEqual({ first: 0, end: 0 });
  });
});

it('joins decisions that came by two ways, each once, the newest first', () => {
  const ids = (list: { id: number }[]) => list.map(({ id }) => id);
  expect(ids(newestFirst([{ id: 3 }, { id: 2 }], [{ id: 4 }, { id: 3 }], 3))).toEqual([4, 3, 2]);
  expect(ids(newestFirst([{ id: 1 }], [{ id: 4 }, { id: 3 }], 2))).toEqual([4, 3]);
});
