import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering, fill, openDialog, press, Refused, submit, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { Image } from '../../api/image';
import { router } from '../../router/router.svelte';
import { session } from '../../session/session.svelte';
import ImagesPage from './ImagesPage.svelte';
import { filtered, referenceOf, short, sorted } from './list';

function image(repository: string, tag: string, change: Partial<Image> = {}): Image {
  return { repository, tag, id: `sha256:${repository}-0123456789abcdef`, created_unix_ms: 1, size_bytes: 1, ...change };
}

const images = [
  image('r.example/web', '1', { digest: 'sha256:d1', created_unix_ms: 3, size_bytes: 10 }),
  image('api', 'latest', { created_unix_ms: 2, size_bytes: 30 }),
  image('<none>', '<none>', { created_unix_ms: 1, size_bytes: 20 }),
];
const job = { id: 'j1', kind: 'push', title: 'Push', state: 'running', by: 'ann', started_unix_ms: 1, items: [] };
const nodes = ['ap1', 'ap2', 'ap3'].map((hostname) => ({
  id: `${hostname}-id`,
  hostname,
  state: hostname === 'ap3' ? 'down' : 'ready',
}));

let asked: Asked[];
let root: HTMLElement;
const pushed = () => asked.filter(({ path }) => path === 'images/push');

beforeEach(async () => {
  session.current = { user: 'ann', role: 'operator', via: 'session' };
  router.go('/images', { replace: true });
  asked = answering({
    'GET images': () => ({ images }),
    'GET nodes': () => ({ nodes }),
    'POST images/push': () => job,
    'GET status': () => new Refused(503, 'not now'),
  });
  root = render(ImagesPage, {});
  await until(() => expect(root.textContent).toContain('r.example/web'));
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

describe('the images', () => {
  it('are searched, and the search stands in the address', () => {
    const search = root.querySelector<HTMLInputElement>('input[type=search]');
    if (search === null) throw new Error('no field to search in');
    search.value = 'web';
    search.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    expect(root.querySelectorAll('tbody tr')).toHaveLength(1);
    expect(root.querySelector('[role=status]')?.textContent).toMatch(/1 of\s3 images/);
    expect(location.search).toBe('?search=web');
  });

  it('cannot be sent without a name', () => {
    const last = [...root.querySelectorAll('tbody tr')].at(-1);
    expect(last?.textContent).toContain('It has no name to send it by.');
  });
});

describe('a push', () => {
  it('takes the log-in with it in a header, and keeps it nowhere', async () => {
    press(root, 'Push r.example/web:1');
    fill(root, 'Name to push it by', 'other.example:5000/web:2');
    fill(root, 'User', 'ann');
    fill(root, 'Password', 'hunter2');
    const words = openDialog(root).textContent;
    expect(words).toContain('swarm-manager image push --as other.example:5000/web:2 --username ann');
    expect(words).not.toContain('hunter2');
    submit(openDialog(root));
    await until(() => expect(router.path).toBe('/jobs/j1'));
    expect(pushed()[0]?.body).toEqual({ reference: 'r.example/web:1', target: 'other.example:5000/web:2' });
    expect(JSON.parse(atob(pushed()[0]?.headers['x-registry-auth'] ?? ''))).toEqual({
      username: 'ann',
      password: 'hunter2',
      serveraddress: 'other.example:5000',
    });
    expect(JSON.stringify([{ ...sessionStorage }, { ...localStorage }])).not.toContain('hunter2');
    expect(root.querySelector('dialog[open]')).toBeNull();
  });

  it('sends no log-in where none was typed', async () => {
    press(root, 'Push r.example/web:1');
    submit(openDialog(root));
    await until(() => expect(pushed()).toHaveLength(1));
    expect(pushed()[0]?.body).toEqual({ reference: 'r.example/web:1' });
    expect(pushed()[0]?.headers['x-registry-auth']).toBeUndefined();
  });

  it('is not begun with a user without a password', async () => {
    press(root, 'Push r.example/web:1');
    fill(root, 'User', 'ann');
    submit(openDialog(root));
    await until(() =>
      expect(openDialog(root).querySelector('[role=alert]')?.textContent).toContain('password or token'),
    );
    expect(pushed()).toHaveLength(0);
  });
});

describe('an image for nodes', () => {
  it('goes to all that are ready', async () => {
    press(root, 'To nodes r.example/web:1');
    await until(() => expect(openDialog(root).textContent).toContain('All that are ready (2)'));
    submit(openDialog(root));
    await until(() => expect(pushed()[0]?.body).toEqual({ reference: 'r.example/web:1', to_nodes: [] }));
  });

  it('goes to those that are chosen, and is not begun without any', async () => {
    press(root, 'To nodes r.example/web:1');
    await until(() => expect(openDialog(root).textContent).toContain('(2)'));
    [...openDialog(root).querySelectorAll('input')]
      .find((one) => one.labels?.[0]?.textContent?.trim() === 'Some')
      ?.click();
    flushSync();
    expect(openDialog(root).textContent).not.toContain('ap3');
    submit(openDialog(root));
    await until(() =>
      expect(openDialog(root).querySelector('[role=alert]')?.textContent).toContain('Choose the nodes'),
    );
    openDialog(root).querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    flushSync();
    expect(openDialog(root).textContent).toContain('--to-nodes=ap1 r.example/web:1');
    submit(openDialog(root));
    await until(() => expect(pushed()[0]?.body).toEqual({ reference: 'r.example/web:1', to_nodes: ['ap1-id'] }));
  });
});

describe('a list of images', () => {
  it('is named as Docker names them', () => {
    expect(images.map(referenceOf)).toEqual(['r.example/web:1', 'api:latest', '<none>']);
    expect(short('sha256:0123456789abcdef')).toBe('0123456789ab');
  });

  it.each([
    ['', 3],
    ['WEB', 1],
    ['latest api', 1],
    ['sha256:d1', 1],
    ['nothing', 0],
  ])('searched for "%s" has %i', (search, found) => expect(filtered(images, search)).toHaveLength(found));

  it.each([
    [{ key: 'created', down: true }, ['r.example/web:1', 'api:latest', '<none>']],
    [{ key: 'size', down: false }, ['r.example/web:1', '<none>', 'api:latest']],
    [{ key: 'repository', down: false }, ['<none>', 'api:latest', 'r.example/web:1']],
  ])('is sorted by %o', (sort, names) => expect(sorted(images, sort).map(referenceOf)).toEqual(names));
});
