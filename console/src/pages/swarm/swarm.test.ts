import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering, fill, openDialog, press, Refused, submit, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { AccessRole } from '../../api/access';
import type { CheckedNode, JoinCheck, Swarm } from '../../api/swarm';
import { router } from '../../router/router.svelte';
import { session } from '../../session/session.svelte';
import { acceptedKeys, joinable } from './check';
import JoinPage from './JoinPage.svelte';
import { emptyNode, joinNode, nodeFaults } from './node-form';
import SwarmPage from './SwarmPage.svelte';

const swarm: Swarm = {
  state: 'manager',
  hostname: 'ap1',
  name: 'north',
  id: 'rfk6mqngm6h5',
  leader: 'ap1',
  managers: 3,
  managers_reachable: 2,
  workers: 4,
  nodes_ready: 6,
  agents_live: 6,
  autolock: false,
  certificate_lifetime_s: 7_776_000,
};

const tokens = { worker: 'SWMTKN-1-worker', manager: 'SWMTKN-1-manager', address: '10.0.0.1:2377' };
const authority = { certificate: 'PEM', fingerprint: 'D3:A1', expires_unix_ms: Date.now() + 1e12, rotating: false };
const plan = {
  name: 'north',
  nodes: [
    { id: '2', hostname: 'ap2', address: '10.0.0.2', role: 'worker', how: 'it is down', reachable: false },
    { id: '1', hostname: 'ap1', address: '10.0.0.1', role: 'manager', how: 'this host', reachable: true },
  ],
  services: ['web'],
};
const job = { id: 'j1', kind: 'join', title: 'Join', state: 'running', by: 'ann', started_unix_ms: 1, items: [] };

function checked(name: string, state: CheckedNode['host_key']['state']): CheckedNode {
  const host_key = state === 'unreachable' ? { state, message: 'refused' } : { state, fingerprint: `SHA256:${name}` };
  return {
    name,
    address: `${name}.example`,
    port: 22,
    user: 'root',
    auth: 'password',
    role: 'worker',
    labels: {},
    host_key,
  };
}

let asked: Asked[];
let root: HTMLElement;
const changes = () => asked.filter(({ method }) => method !== 'GET');

function answer(found: JoinCheck = { nodes: [], warnings: [] }): void {
  asked = answering({
    'GET swarm': () => swarm,
    'GET swarm/tokens': () => tokens,
    'POST swarm/tokens': () => ({ ...tokens, worker: 'SWMTKN-1-anew' }),
    'GET swarm/ca': () => authority,
    'POST swarm/ca/rotate': () => ({ ...authority, rotating: true }),
    'GET swarm/destroy': () => plan,
    'POST swarm/destroy': () => ({ ...job, kind: 'destroy' }),
    'POST swarm/join/check': () => found,
    'POST swarm/join': () => job,
    'GET status': () => new Refused(503, 'not now'),
  });
}

function as(role: AccessRole): void {
  session.current = { user: 'ann', role, via: 'session' };
}

beforeEach(() => {
  as('admin');
  answer();
  router.go('/swarm', { replace: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

describe('the page of the Swarm', () => {
  beforeEach(async () => {
    root = render(SwarmPage, {});
    await until(() => expect(root.textContent).toContain('D3:A1'));
  });

  it('says how it stands', () => {
    expect(root.querySelector('h1')?.textContent).toBe('Swarm north');
    expect(root.textContent).toContain('1 manager out of reach');
    expect(root.textContent).toContain('Bears the loss of 1');
  });

  it('does not ask for the tokens before somebody wants to see them, and forgets them again', async () => {
    expect(asked.some(({ path }) => path === 'swarm/tokens')).toBe(false);
    press(root, 'Show');
    await until(() => expect(root.textContent).toContain('SWMTKN-1-manager'));
    expect(root.textContent).toContain('docker swarm join --token SWMTKN-1-worker 10.0.0.1:2377');
    press(root, 'Hide');
    expect(root.textContent).not.toContain('SWMTKN-1-manager');
  });

  it('makes a token anew once that was confirmed, and shows it to nobody who did not ask', async () => {
    press(root, 'Rotate the token for workers');
    expect(openDialog(root).textContent).toContain('swarm-manager swarm token --rotate worker');
    submit(openDialog(root));
    await until(() => expect(changes()).toHaveLength(1));
    expect(changes()[0]).toMatchObject({ path: 'swarm/tokens', body: { role: 'worker' } });
    expect(root.textContent).not.toContain('SWMTKN-1-anew');
  });

  it('replaces the authority and says that nodes change over', async () => {
    const panel = root.querySelector('[aria-labelledby=swarm-ca]');
    if (panel === null) throw new Error('no panel of the authority');
    press(panel, 'Rotate');
    submit(openDialog(root));
    await until(() => expect(panel.textContent).toContain('nodes change over'));
  });

  it('ends the Swarm after the plan was shown and the name was typed', async () => {
    press(root, 'End the Swarm');
    await until(() => expect(root.querySelector('dialog[open]')?.textContent).toContain('it is down'));
    const dialog = openDialog(root);
    expect(dialog.textContent).toContain('1 node cannot be told');
    expect(dialog.textContent).toContain('1 service would stop: web.');
    submit(dialog);
    expect(changes()).toHaveLength(0);
    fill(dialog, 'Type', 'north');
    submit(dialog);
    await until(() => expect(router.path).toBe('/jobs/j1'));
    expect(changes()[0]).toMatchObject({ path: 'swarm/destroy', body: { name: 'north', force: false } });
  });
});

it('tells a viewer why nothing can be changed', async () => {
  as('viewer');
  root = render(SwarmPage, {});
  await until(() => expect(root.textContent).toContain('D3:A1'));
  for (const words of ['Join nodes', 'Show', 'Rotate', 'End the Swarm']) {
    press(root, words);
    const button = [...root.querySelectorAll('button')].find((one) => one.textContent?.trim().startsWith(words));
    expect(button?.getAttribute('aria-disabled'), words).toBe('true');
    expect(button?.textContent).toContain('Needs the role admin; yours is viewer.');
  }
  expect(asked.some(({ path }) => path === 'swarm/tokens' || path === 'swarm/destroy')).toBe(false);
});

describe('joining nodes', () => {
  const inventory = '{"nodes": [{"address": "a.example", "password": "hunter2"}]}';

  async function check(found: JoinCheck): Promise<void> {
    answer(found);
    root = render(JoinPage, {});
    fill(root, 'Inventory in', inventory);
    submit(root);
    await until(() => expect(root.querySelector('caption')?.textContent).toBe('Nodes that are to join'));
  }

  function accept(name: string): void {
    const label = [...root.querySelectorAll('label')].find((one) => one.textContent?.includes(`host key of ${name}`));
    label?.querySelector('input')?.click();
    flushSync();
  }

  it('waits for somebody to accept the new keys, and sends the fingerprints that were shown', async () => {
    await check({ nodes: [checked('a', 'new'), checked('b', 'known'), checked('c', 'new')], warnings: ['in clear'] });
    expect(root.textContent).toContain('in clear');
    expect(root.textContent).toContain('Join 1 of 3 nodes');
    accept('a');
    expect(root.textContent).toContain('Join 2 of 3 nodes');
    press(root, 'Join 2 of 3 nodes');
    await until(() => expect(router.path).toBe('/jobs/j1'));
    expect(changes().at(-1)).toMatchObject({
      path: 'swarm/join',
      body: {
        inventory,
        install_engine: false,
        accepted_host_keys: [{ address: 'a.example', port: 22, fingerprint: 'SHA256:a' }],
      },
    });
  });

  it('cannot go on where no key is known', async () => {
    await check({ nodes: [checked('a', 'new')], warnings: [] });
    press(root, 'Join 0 of 1 node');
    expect(root.textContent).toContain('Accept the host keys of the nodes that are to join.');
    expect(changes()).toHaveLength(1);
  });

  it('never offers to accept a key that changed', async () => {
    await check({ nodes: [checked('a', 'changed'), checked('b', 'unreachable')], warnings: [] });
    expect([...root.querySelectorAll('label')].some((one) => one.textContent?.includes('Accept'))).toBe(false);
    expect(root.textContent).toContain('None of these nodes can join.');
  });

  it('looks anew at what was changed', async () => {
    await check({ nodes: [checked('a', 'known')], warnings: [] });
    fill(root, 'Inventory in', `${inventory} `);
    expect(root.querySelector('caption')).toBeNull();
  });

  it('keeps no secret, neither in the browser’s storage nor on the page once it was sent', async () => {
    await check({ nodes: [checked('a', 'known')], warnings: [] });
    press(root, 'Join 1 node');
    await until(() => expect(router.path).toBe('/jobs/j1'));
    await until(() => expect(root.querySelector('textarea')?.value).toBe(''));
    expect(JSON.stringify([{ ...sessionStorage }, { ...localStorage }])).not.toContain('hunter2');
  });

  it('shows the manager’s words about an inventory that it cannot read', async () => {
    answering({ 'POST swarm/join/check': () => new Refused(422, 'inventory: line 3, node ap2, port: 0') });
    root = render(JoinPage, {});
    fill(root, 'Inventory in', 'nodes: []');
    submit(root);
    await until(() => expect(root.querySelector('[role=alert]')?.textContent).toContain('line 3, node ap2'));
  });

  it('reads a file that was chosen, and names it in the command', async () => {
    root = render(JoinPage, {});
    const input = root.querySelector<HTMLInputElement>('input[type=file]');
    if (input === null) throw new Error('no field for a file');
    const file = new File([inventory], 'site.json');
    Object.defineProperty(file, 'text', { value: () => Promise.resolve(inventory) });
    Object.defineProperty(input, 'files', { value: [file] });
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await until(() => expect(root.textContent).toContain('swarm-manager swarm join --nodes site.json'));
    expect(root.querySelector('textarea')?.value).toBe(inventory);
  });
});

describe('one node', () => {
  const node = { ...emptyNode(), address: '10.0.0.5', password: 'hunter2' };

  it('goes as it was typed, with the one proof that was chosen', () => {
    const typed = { ...node, labels: 'zone=north, ssd', privateKey: 'x', port: '2222', advertiseAddr: ' eth0 ' };
    expect(joinNode(typed)).toEqual({
      address: '10.0.0.5',
      port: 2222,
      user: 'root',
      auth: { password: 'hunter2' },
      role: 'worker',
      labels: { zone: 'north', ssd: '' },
      advertise_addr: 'eth0',
    });
    expect(joinNode({ ...typed, proof: 'own' }).auth).toEqual({});
    expect(joinNode({ ...typed, proof: 'key', privateKey: ' KEY\n\n' }).auth).toEqual({ private_key: 'KEY\n' });
  });

  it.each([
    [{ address: '' }, 'address'],
    [{ address: 'root@a' }, 'address'],
    [{ port: '0' }, 'port'],
    [{ port: '65536' }, 'port'],
    [{ port: '2x' }, 'port'],
    [{ user: ' ' }, 'user'],
    [{ password: '' }, 'password'],
    [{ proof: 'key' as const, privateKey: 'abc' }, 'privateKey'],
    [{ labels: 'a b=c' }, 'labels'],
    [{ labels: '=c' }, 'labels'],
  ])('%o is wrong in %s', (change, field) => expect(Object.keys(nodeFaults({ ...node, ...change }))).toEqual([field]));

  it('is right as it is', () => expect(nodeFaults(node)).toEqual({}));
});

describe('what can be joined', () => {
  const nodes = [checked('a', 'new'), checked('b', 'known'), checked('c', 'changed'), checked('d', 'unreachable')];
  const all = new Set(nodes.map((node) => `${node.address}:${node.port}`));

  it('is what is known, and what is new and was accepted', () => {
    expect(joinable(nodes, new Set()).map(({ name }) => name)).toEqual(['b']);
    expect(joinable(nodes, all).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('sends the keys of new hosts only', () => {
    expect(acceptedKeys(nodes, all)).toEqual([{ address: 'a.example', port: 22, fingerprint: 'SHA256:a' }]);
  });
});
