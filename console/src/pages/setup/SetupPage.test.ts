import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answering, fill, Refused, submit, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { SwarmState } from '../../api/swarm';
import { router } from '../../router/router.svelte';
import { session } from '../../session/session.svelte';
import SetupPage from './SetupPage.svelte';
import { takeToken } from './token';

let asked: Asked[];
let standing: SwarmState;

beforeEach(() => {
  history.replaceState(null, '', '/setup#swm_secret');
  takeToken();
  router.go('/setup', { replace: true });
  standing = 'inactive';
  asked = answering({
    'GET welcome': () => ({ set_up: false, swarm: standing }),
    'POST swarm': () => {
      standing = 'pending';
      return { state: 'manager', hostname: 'ap1' };
    },
    'POST setup': () => ({ user: 'admin', role: 'admin', via: 'session' }),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

const asks = (root: HTMLElement, words: string) => until(() => expect(root.textContent).toContain(words));

it('starts the Swarm first, waits until it is served, and then makes the account', async () => {
  const root = render(SetupPage, {});
  await asks(root, 'in no Swarm yet');
  fill(root, 'Advertise address', ' 10.0.0.1 ');
  fill(root, 'Name of the Swarm', 'north');
  expect(root.textContent).toContain('swarm-manager swarm init --advertise-addr 10.0.0.1 --name north');
  submit(root);
  await asks(root, 'Waiting for the manager to serve it');
  const body = { setup_token: 'swm_secret', advertise_addr: '10.0.0.1', name: 'north' };
  expect(asked.find(({ path }) => path === 'swarm')?.body).toEqual(body);
  expect(root.textContent).not.toContain('swm_secret');
  standing = 'manager';
  await asks(root, 'This makes the first account');
  fill(root, 'Password', 'correct horse');
  fill(root, 'Password again', 'correct horse');
  submit(root);
  await until(() => expect(router.path).toBe('/'));
  expect(asked.at(-1)?.body).toEqual({ token: 'swm_secret', user: 'admin', password: 'correct horse' });
});

it('shows why no Swarm was started, and lets it be tried again', async () => {
  asked = answering({
    'GET welcome': () => ({ set_up: false, swarm: standing }),
    'POST swarm': () => new Refused(422, 'could not choose an IP address to advertise'),
  });
  const root = render(SetupPage, {});
  await asks(root, 'in no Swarm yet');
  submit(root);
  await asks(root, 'could not choose an IP address');
  expect(root.textContent).toContain('Start the Swarm');
});

it('tells of a host that is a worker', async () => {
  standing = 'worker';
  const root = render(SetupPage, {});
  await asks(root, 'is a worker of its Swarm now');
  expect(root.querySelector('form')).toBeNull();
});
