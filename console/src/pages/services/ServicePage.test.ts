import { flushSync, tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answering, FakeSource, Refused, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { Decision } from '../../api/decision';
import type { ServiceDetail } from '../../api/service';
import { session } from '../../session/session.svelte';
import ServicePage from './ServicePage.svelte';

const MIB = 1024 ** 2;

function web(changes: Partial<ServiceDetail> = {}): ServiceDetail {
  const usage = {
    id: 'c',
    cpu_used_mhz: 120,
    memory_working_set_bytes: 16 * MIB,
    network_rx_bytes_per_s: 2048,
    network_tx_bytes_per_s: 0,
    block_read_bytes_per_s: 0,
    block_write_bytes_per_s: 0,
  };
  const common = { image: 'nginx:1@sha256:abc', desired_state: 'running', since_unix_ms: 1 };
  return {
    name: 'web',
    id: 's0',
    image: 'nginx:1@sha256:abc',
    mode: { replicated: 2 },
    desired: 2,
    running: 1,
    demand: { cpu: '100MHz', memory: 64 * MIB, disk: 0 },
    publish: [],
    created_unix_ms: 1,
    convergence: { state: 'blocked', message: '1 of 2 instances have no suitable node' },
    labels: { team: 'edge' },
    constraints: ['node.role==worker'],
    specs: [],
    instances: [
      { ...common, name: 'web-0', task: 't0', number: 0, node: 'n1', hostname: 'ap1', state: 'running', usage },
      { ...common, name: 'web-1', task: 't1', number: 1, state: 'failed', error: 'no such image' },
    ],
    ...changes,
  };
}

const decision: Decision = {
  id: 7,
  unix_ms: 1,
  action: 'place',
  outcome: 'done',
  service: 'web',
  instance: 0,
  summary: 'web-0 placed on ap1',
};

let asked: Asked[];
let root: HTMLElement;
let removal: () => unknown;

async function open(role: 'viewer' | 'operator' = 'operator', detail = web()): Promise<void> {
  session.current = { user: 'anna', role, via: 'session' };
  asked = answering({
    'GET services/web': () => detail,
    'GET decisions': () => ({ decisions: [decision] }),
    'POST services/web/scale': ({ body }) => web({ desired: (body as { replicas: number }).replicas }),
    'PATCH services/web': () => web(),
    'POST services/web/rollback': () => web(),
    'DELETE services/web': () => removal(),
  });
  root = render(ServicePage, { service: 'web' });
  await until(() => expect(root.querySelector('h1')?.textContent).toBe('web'));
  await until(() => expect(FakeSource.opened).toHaveLength(1));
}

function button(label: string, within: Element = root): HTMLButtonElement {
  const found = [...within.querySelectorAll('button')].find((one) => one.textContent?.trim().startsWith(label));
  if (found === undefined) throw new Error(`there is no button ${label}`);
  return found;
}

function press(label: string, within?: Element): void {
  button(label, within).click();
  flushSync();
}

function dialog(): HTMLDialogElement {
  const found = root.querySelector<HTMLDialogElement>('dialog[open]');
  if (found === null) throw new Error('no dialog is open');
  return found;
}

function type(input: HTMLInputElement | null, text: string): void {
  if (input === null) throw new Error('there is no such field');
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

function submit(): void {
  dialog()
    .querySelector('form')
    ?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
  flushSync();
}

const text = (selector: string) => root.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim();
const changes = () => asked.filter((one) => one.method !== 'GET');

beforeEach(() => {
  removal = () => ({ name: 'web', instances: [] });
  // jsdom has no layout to scroll in.
  Element.prototype.scrollIntoView = () => {};
});

afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

describe('a service', () => {
  test('shows its instances, their use against the demand, and why some do not run', async () => {
    await open();
    expect(text('.running')).toBe('1/2 running');
    expect(text('.message')).toBe('1 of 2 instances have no suitable node');
    const rows = [...root.querySelectorAll('tbody tr')].map((row) => row.textContent?.replace(/\s+/g, ' '));
    expect(rows[0]).toContain('120 / 100 MHz');
    expect(rows[0]).toContain('16.0 / 64.0 MiB');
    expect(root.querySelectorAll('.over')).toHaveLength(1);
    expect(rows[1]).toContain('no such image');
    expect(text('ol .summary')).toBe('web-0 placed on ap1');
  });

  test('goes on by itself', async () => {
    await open();
    const source = FakeSource.opened[0];
    expect(source?.address).toBe('/api/v1/events?topic=service&topic=decisions&topic=jobs&service=web');
    source?.say('service', web({ running: 2, convergence: { state: 'converged' } }));
    source?.say('decisions', { ...decision, id: 8, summary: 'web-1 placed on ap2' });
    source?.say('decisions', { ...decision, id: 9, service: 'db', summary: 'db-0 placed on ap2' });
    flushSync();
    expect(text('.running')).toBe('2/2 running');
    expect([...root.querySelectorAll('ol .summary')].map((one) => one.textContent?.trim())).toEqual([
      'web-1 placed on ap2',
      'web-0 placed on ap1',
    ]);
  });

  test('is scaled once it was said what happens, and a change meanwhile does not undo what was typed', async () => {
    await open();
    press('Scale');
    const input = dialog().querySelector('input');
    expect(input?.value).toBe('2');
    type(input, '0');
    FakeSource.opened[0]?.say('service', web({ running: 2 }));
    flushSync();
    expect(input?.value).toBe('0');
    expect(dialog().textContent).toContain('The last 2 instances will be stopped and removed: web-0, web-1.');
    expect(dialog().querySelector('pre')?.textContent).toBe('swarm-manager service scale web=0');
    submit();
    await until(() =>
      expect(changes()).toEqual([expect.objectContaining({ path: 'services/web/scale', body: { replicas: 0 } })]),
    );
  });

  test('a number that none can be is not sent', async () => {
    await open();
    press('Scale');
    type(dialog().querySelector('input'), '1001');
    submit();
    await tick();
    expect(dialog().textContent).toContain('Write a number from 0 to 1000.');
    expect(changes()).toEqual([]);
  });

  test('is updated by what differs only', async () => {
    await open();
    press('Update');
    expect(button('Update service', dialog()).getAttribute('aria-disabled')).toBe('true');
    type(dialog().querySelector('[name=memory]'), '128m');
    expect(dialog().querySelector('pre')?.textContent).toBe('swarm-manager service update --memory 128m web');
    submit();
    await until(() =>
      expect(changes()).toEqual([
        expect.objectContaining({ method: 'PATCH', body: { demand: { memory: 128 * MIB } } }),
      ]),
    );
  });

  test('is removed only when its name was typed', async () => {
    await open();
    press('Remove');
    expect(dialog().querySelector('pre')?.textContent).toBe('swarm-manager service rm web');
    submit();
    await tick();
    expect(changes()).toEqual([]);
    type(dialog().querySelector('input'), 'web');
    submit();
    await until(() => expect(location.pathname).toBe('/services'));
    expect(changes()).toEqual([expect.objectContaining({ method: 'DELETE', path: 'services/web' })]);
  });

  test('a refusal is shown where it was asked', async () => {
    removal = () => new Refused(409, 'this manager does not lead the Swarm: node ap2 does; nothing was changed');
    await open();
    press('Remove');
    type(dialog().querySelector('input'), 'web');
    submit();
    await until(() => expect(dialog().querySelector('[role=alert]')?.textContent).toContain('node ap2 does'));
  });

  test('is rolled back after a question', async () => {
    await open();
    press('Roll back');
    expect(dialog().querySelector('pre')?.textContent).toBe('swarm-manager service rollback web');
    submit();
    await until(() => expect(changes()[0]?.path).toBe('services/web/rollback'));
  });

  test('a viewer is told why nothing can be pressed', async () => {
    await open('viewer');
    for (const label of ['Scale', 'Update', 'Roll back', 'Remove']) {
      expect(button(label).textContent).toContain('Needs the role operator; yours is viewer.');
      press(label);
      expect(root.querySelector('dialog[open]')).toBeNull();
    }
  });

  test('the log is followed only while it is open, and of the instance that was asked for', async () => {
    await open();
    expect(FakeSource.opened).toHaveLength(1);
    press('Logs');
    await until(() => expect(FakeSource.opened).toHaveLength(2));
    const source = FakeSource.opened[1];
    expect(source?.address).toBe('/api/v1/services/web/logs?follow=true&tail=200');
    source?.say('log', { instance: 'web-0', stream: 'stdout', unix_ms: 1, line: 'GET /' });
    source?.say('log', { instance: 'web-1', stream: 'stderr', unix_ms: 2, line: 'no such file' });
    await until(() =>
      expect([...root.querySelectorAll('.log .text')].map((one) => one.textContent)).toEqual(['GET /']),
    );
    press('Close');
    expect(source?.readyState).toBe(2);
  });
});

test('a service that is not there is said to be so, and no stream is opened', async () => {
  session.current = { user: 'anna', role: 'viewer', via: 'session' };
  answering({});
  root = render(ServicePage, { service: 'gone' });
  await until(() => expect(root.textContent).toContain('There is no service gone'));
  expect(FakeSource.opened).toEqual([]);
});
