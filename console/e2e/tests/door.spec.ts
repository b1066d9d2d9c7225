/** The front door, tried by people who have no right to come in, or not that far. */

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { request } from '@playwright/test';
import { PASSWORD } from '../stage/accounts';
import { expect, test } from '../stage/test';

const SERVICE = { name: 'intruder', image: 'busybox', mode: { replicated: { replicas: 1 } } };

test('without a session every page of the API but the welcome is closed', async ({ world }) => {
  const nobody = await request.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true });
  const paths = [
    'status',
    'nodes',
    'services',
    'decisions',
    'events?topic=fleet',
    'users',
    'tokens',
    'audit',
    'settings',
    'swarm',
    'swarm/tokens',
    'swarm/ca',
    'swarm/destroy',
    'images',
    'jobs',
  ];
  for (const path of paths) {
    const answer = await nobody.get(`/api/v1/${path}`);
    expect(answer.status(), path).toBe(401);
  }
  expect((await nobody.get('/api/v1/welcome')).status()).toBe(200);
  await nobody.dispose();
});

test('a set-up link opens once', async ({ world }) => {
  const nobody = await request.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true });
  const again = { token: world.usedToken, user: 'second', password: PASSWORD };
  const answer = await nobody.post('/api/v1/setup', { data: again });
  expect(answer.status()).toBe(409);
  const invented = { ...again, token: 'x'.repeat(world.usedToken.length) };
  expect((await nobody.post('/api/v1/setup', { data: invented })).status()).toBe(409);
  expect((await nobody.post('/api/v1/session', { data: { user: 'second', password: PASSWORD } })).status()).toBe(401);
  await nobody.dispose();
});

test('a forged token opens nothing, a real one what its role may, until it is taken back', async ({ apiOf, world }) => {
  const admin = await apiOf('admin');
  const made = await admin.post('/api/v1/tokens', { data: { name: 'watcher', role: 'viewer', expires_in_s: 600 } });
  expect(made.status(), await made.text()).toBe(201);
  const { token, info } = (await made.json()) as { token: string; info: { id: string } };
  const last = token.at(-1) === 'a' ? 'b' : 'a';
  const bearer = async (secret: string) => {
    const headers = { authorization: `Bearer ${secret}` };
    return request.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true, extraHTTPHeaders: headers });
  };
  for (const forged of [token.slice(0, -1) + last, token.slice(0, -1), `swm_${'a'.repeat(token.length - 4)}`, '']) {
    const answer = await (await bearer(forged)).get('/api/v1/nodes');
    expect(answer.status(), 'a forged token').toBe(401);
  }
  const watcher = await bearer(token);
  expect((await watcher.get('/api/v1/nodes')).status()).toBe(200);
  const refused = await watcher.post('/api/v1/services', { data: SERVICE });
  expect(refused.status()).toBe(403);
  expect(await refused.text()).toContain('operator');
  expect((await admin.delete(`/api/v1/tokens/${info.id}`)).status()).toBe(204);
  expect((await watcher.get('/api/v1/nodes')).status()).toBe(401);
});

test('a forged cookie opens nothing', async ({ world }) => {
  const cookie = world.cookies.admin.cookies[0];
  expect(cookie?.httpOnly && cookie.secure && cookie.sameSite === 'Strict', JSON.stringify(cookie)).toBe(true);
  const forged = `${cookie?.name}=${'0'.repeat(cookie?.value.length ?? 0)}`;
  const headers = { cookie: forged };
  const nobody = await request.newContext({
    baseURL: world.stage.url,
    ignoreHTTPSErrors: true,
    extraHTTPHeaders: headers,
  });
  expect((await nobody.get('/api/v1/nodes')).status()).toBe(401);
  await nobody.dispose();
});

test('a stolen cookie is of no use from another origin', async ({ apiOf, world }) => {
  const admin = await apiOf('admin');
  const data = { name: 'thief', password: PASSWORD, role: 'admin' };
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { origin: world.stage.url.replace(/\d+$/, '1'), 'sec-fetch-site': 'same-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: world.stage.url.replace('https', 'http') },
  ];
  for (const headers of foreign) {
    const answer = await admin.post('/api/v1/users', { data, headers: { 'sec-fetch-site': '', ...headers } });
    expect(answer.status(), JSON.stringify(headers)).toBe(403);
  }
  const users = (await (await admin.get('/api/v1/users')).json()) as { users: { name: string }[] };
  expect(users.users.map((user) => user.name)).not.toContain('thief');
});

test('a page of another origin gets nothing done in the browser of somebody who is logged in', async ({
  apiOf,
  browser,
  world,
}) => {
  const { stage } = world;
  const foreign = createServer(stage.certificate(), (_, answer) => {
    answer.setHeader('content-type', 'text/html').end('<title>evil</title>');
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  const { port } = foreign.address() as AddressInfo;
  // Another port is of the same site, so that the browser sends the cookie: the manager alone can refuse.
  for (const origin of [`https://127.0.0.1:${port}`, `https://localhost:${port}`]) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, storageState: world.cookies.admin });
    const page = await context.newPage();
    await page.goto(origin);
    const tried = await page.evaluate(async (url) => {
      const body = JSON.stringify({ name: 'thief', password: 'correct horse battery', role: 'admin' });
      const attempts: [string, RequestInit][] = [
        ['/api/v1/users', { method: 'POST', mode: 'no-cors', credentials: 'include', body }],
        ['/api/v1/session', { method: 'DELETE', credentials: 'include' }],
        ['/api/v1/nodes', { credentials: 'include' }],
      ];
      const outcome = async ([path, init]: [string, RequestInit]) => {
        try {
          return (await fetch(url + path, init)).type;
        } catch {
          return 'refused';
        }
      };
      return Promise.all(attempts.map(outcome));
    }, stage.url);
    expect(tried, origin).toEqual(['refused', 'refused', 'refused']);
    await context.close();
  }
  foreign.close();
  const admin = await apiOf('admin');
  const users = (await (await admin.get('/api/v1/users')).json()) as { users: { name: string }[] };
  expect(users.users.map((user) => user.name)).not.toContain('thief');
  expect((await admin.get('/api/v1/session')).status()).toBe(200);
});

test('each role may do what it may and no more, and is told which is wanted', async ({ apiOf }) => {
  const viewer = await apiOf('viewer');
  const operator = await apiOf('operator');
  const { nodes } = (await (await viewer.get('/api/v1/nodes')).json()) as { nodes: { id: string }[] };
  const change = await viewer.patch(`/api/v1/nodes/${nodes[0]?.id}`, { data: { labels_add: { a: 'b' } } });
  expect(change.status()).toBe(403);
  const create = await viewer.post('/api/v1/services', { data: SERVICE });
  expect(create.status()).toBe(403);
  expect(await create.text()).toContain('operator');
  const settings = { session_idle_s: 3600, session_lifetime_s: 7200 };
  const refused = [
    await operator.get('/api/v1/users'),
    await operator.get('/api/v1/audit'),
    await operator.put('/api/v1/settings', { data: settings }),
    await operator.delete('/api/v1/users/viewer'),
    await operator.get('/api/v1/swarm/tokens'),
    await operator.post('/api/v1/swarm/join/check', { data: { nodes: [{ address: '10.0.0.1' }] } }),
    await operator.post('/api/v1/nodes/remove', { data: { nodes: ['ap2'] } }),
    await operator.post('/api/v1/swarm/destroy', { data: { force: true } }),
  ];
  for (const answer of refused) {
    expect(answer.status(), answer.url()).toBe(403);
    expect(await answer.text()).toContain('admin');
  }
});

test('what is refused and what is done stands in the audit', async ({ apiOf }) => {
  const viewer = await apiOf('viewer');
  await viewer.post('/api/v1/services', { data: { ...SERVICE, name: 'audited' } });
  const admin = await apiOf('admin');
  const answer = await admin.get('/api/v1/audit?limit=20');
  const { entries } = (await answer.json()) as { entries: { user: string; status?: number; address?: string }[] };
  const entry = entries.find((entry) => entry.user === 'viewer' && entry.status === 403);
  expect(entry?.address, JSON.stringify(entries)).toBeTruthy();
});

test('a page says what a browser may load, and that nobody may frame it', async ({ world }) => {
  const nobody = await request.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true });
  const headers = (await nobody.get('/')).headers();
  const policy = headers['content-security-policy'] ?? '';
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toContain('unsafe');
  expect(headers['x-content-type-options']).toBe('nosniff');
  await nobody.dispose();
});
