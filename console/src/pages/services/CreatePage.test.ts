import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until } from '../../../tests/answers';
import { render } from '../../../tests/render';
import { session } from '../../session/session.svelte';
import CreatePage from './CreatePage.svelte';

class SilentSource extends EventTarget {
  close(): void {}
}

const MIB = 1024 ** 2;
const PREVIEW = {
  policy: 'availability',
  decisions: [0, 1].map((instance) => ({
    instance,
    outcome: { kind: 'placed', node: `n${instance}`, hostname: `ap${instance}` },
    explanation: {
      policy: 'availability',
      demand: { cpu: '100MHz', memory: 64 * MIB, disk: 64 * MIB },
      constraints: [],
      nodes: [
        { node: `n${instance}`, hostname: `ap${instance}`, verdict: { kind: 'candidate', score: 0.25 }, parts: [] },
      ],
    },
  })),
};

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

let asked: Asked[] = [];
let createAnswer: () => Response;

function answer(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}

function manager(path: string, init?: RequestInit): Promise<Response> {
  const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
  asked.push({ method: init?.method ?? 'GET', path, body });
  if (path.endsWith('/placements/preview')) return Promise.resolve(answer(PREVIEW));
  if (path.endsWith('/services') && init?.method === 'POST') return Promise.resolve(createAnswer());
  if (path.endsWith('/suggestions')) {
    const node_labels = ['zone=north'];
    return Promise.resolve(
      answer({
        images: [{ reference: 'nginx:1.27', size_bytes: MIB }],
        networks: [],
        secrets: [],
        configs: [],
        volumes: [],
        node_labels,
      }),
    );
  }
  return Promise.resolve(answer({ message: 'no such thing' }, 404));
}

function field(root: HTMLElement, name: string): HTMLInputElement {
  const input = root.querySelector<HTMLInputElement>(`[name="${name}"]`);
  if (input === null) throw new Error(`there is no field ${name}`);
  return input;
}

function type(root: HTMLElement, name: string, text: string): void {
  const input = field(root, name);
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

function errorOf(input: HTMLElement): string | null | undefined {
  const ids = input.getAttribute('aria-describedby')?.split(' ') ?? [];
  return ids.map((id) => document.getElementById(id)).find((element) => element?.classList.contains('error'))
    ?.textContent;
}

function send(root: HTMLElement): void {
  root.querySelector('form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
  flushSync();
}

const outcome = (root: HTMLElement) => root.querySelector('.outcome')?.textContent?.replace(/\s+/g, ' ').trim();
const previews = () => asked.filter((one) => one.path.endsWith('/placements/preview'));
const created = () => asked.filter((one) => one.path.endsWith('/services') && one.method === 'POST');

beforeEach(() => {
  asked = [];
  createAnswer = () => answer({ name: 'web' }, 201);
  sessionStorage.clear();
  session.current = { user: 'anna', role: 'operator', via: 'session' };
  vi.stubGlobal('EventSource', SilentSource);
  vi.stubGlobal('fetch', manager);
});

afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

describe('the form', () => {
  test('shows where the instances would go before it is complete', async () => {
    const root = render(CreatePage, {});
    await until(() => expect(outcome(root)).toBe('new-service-0 would be placed on ap0'));
    expect(previews()[0]?.body).toMatchObject({ name: 'new-service', mode: { replicated: 1 } });
    expect(created()).toEqual([]);
    const tabs = [...root.querySelectorAll<HTMLElement>('[role=tab]')];
    tabs[1]?.click();
    flushSync();
    expect(outcome(root)).toBe('new-service-1 would be placed on ap1');
  });

  test('asks anew when what decides changes, and not for anything else', async () => {
    const root = render(CreatePage, {});
    await until(() => expect(previews()).toHaveLength(1));
    type(root, 'memory', '128m');
    await until(() => expect(previews()).toHaveLength(2));
    expect(previews()[1]?.body).toMatchObject({ demand: { memory: 128 * MIB } });
    type(root, 'memory', '128x');
    expect(root.textContent).toContain('Scores show again when what is marked in the form is right.');
    expect(errorOf(field(root, 'memory'))).toContain('such as 64m');
  });

  test('takes the name from the image and shows the command that does the same', () => {
    const root = render(CreatePage, {});
    type(root, 'image', 'registry:5000/team/app.web:2');
    expect(field(root, 'name').value).toBe('app-web');
    expect(root.querySelector('.send pre')?.textContent).toBe(
      'swarm-manager service create --name app-web registry:5000/team/app.web:2',
    );
  });

  test('leaves a name alone that somebody wrote', () => {
    const root = render(CreatePage, {});
    type(root, 'name', 'shop');
    type(root, 'image', 'nginx');
    expect(field(root, 'name').value).toBe('shop');
  });

  test('sends what was written and goes to the service', async () => {
    const root = render(CreatePage, {});
    type(root, 'image', 'nginx');
    type(root, 'name', 'web');
    type(root, 'replicas', '3');
    send(root);
    await until(() => expect(location.pathname).toBe('/services/web'));
    expect(created()[0]?.body).toEqual({
      name: 'web',
      image: 'nginx',
      mode: { replicated: 3 },
      demand: { cpu: '100MHz', memory: 64 * MIB, disk: 64 * MIB },
    });
    expect(sessionStorage.length).toBe(0);
  });

  test('says beside each field what is wrong, opens its section and goes there', async () => {
    const root = render(CreatePage, {});
    expect(root.querySelector('[aria-invalid]')).toBeNull();
    type(root, 'image', 'nginx');
    type(root, 'name', 'web');
    type(root, 'stopGracePeriod', 'soon');
    send(root);
    await until(() => expect(document.activeElement).toBe(field(root, 'stopGracePeriod')));
    expect(field(root, 'stopGracePeriod').closest('details')?.open).toBe(true);
    expect(errorOf(field(root, 'stopGracePeriod'))).toContain('such as 30s');
    expect(created()).toEqual([]);
  });

  test('keeps everything when the manager refuses, and says why beside the field', async () => {
    createAnswer = () => answer({ message: 'service web already exists' }, 409);
    const root = render(CreatePage, {});
    type(root, 'image', 'nginx');
    type(root, 'name', 'web');
    send(root);
    await until(() => expect(errorOf(field(root, 'name'))).toBe('Service web already exists.'));
    expect([field(root, 'image').value, field(root, 'name').value]).toEqual(['nginx', 'web']);
    type(root, 'name', 'web2');
    await until(() => expect(errorOf(field(root, 'name'))).toBeUndefined());
  });

  test('is as it was left after the page is loaded anew', () => {
    const before = render(CreatePage, {});
    type(before, 'image', 'nginx:1.27');
    type(before, 'memory', '64x');
    const after = render(CreatePage, {});
    expect([field(after, 'image').value, field(after, 'memory').value]).toEqual(['nginx:1.27', '64x']);
  });

  test('is not sent by a viewer, who is told why', async () => {
    session.current = { user: 'guest', role: 'viewer', via: 'session' };
    const root = render(CreatePage, {});
    type(root, 'image', 'nginx');
    type(root, 'name', 'web');
    send(root);
    const button = root.querySelector('button[type=submit]');
    expect(button?.getAttribute('aria-disabled')).toBe('true');
    expect(button?.textContent).toContain('Needs the role operator; yours is viewer.');
    expect(created()).toEqual([]);
  });
});
