import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from '../../../tests/render';
import { router } from '../../router/router.svelte';
import { comeBack, session } from '../../session/session.svelte';
import LoginPage from './LoginPage.svelte';

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What the manager answers, by method and path. */
let answers: Record<string, Answer> = {};
const calls: { what: string; body: unknown }[] = [];

beforeEach(() => {
  answers = { 'GET /api/v1/welcome': { status: 200, body: { set_up: true, swarm: 'manager' } } };
  calls.length = 0;
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const what = `${init.method} ${address}`;
    calls.push({ what, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined });
    const answer = answers[what];
    if (answer === undefined) throw new TypeError('connection refused');
    const text = answer.body === undefined ? null : JSON.stringify(answer.body);
    return new Response(text, { status: answer.status, headers: answer.headers ?? {} });
  });
  session.current = undefined;
  session.ended = '';
});
afterEach(() => vi.unstubAllGlobals());

function type(root: HTMLElement, name: string, value: string): void {
  const input = root.querySelector<HTMLInputElement>(`input[name=${name}]`);
  if (input === null) throw new Error(`no field ${name}`);
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

function logIn(root: HTMLElement, user = 'ann', password = 'correct horse'): void {
  type(root, 'username', user);
  type(root, 'password', password);
  flushSync();
  root.querySelector('form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
}

describe('the log-in', () => {
  it('leads back to where one was', async () => {
    router.go('/login?to=%2Fdecisions%3Fservice%3Dweb', { replace: true });
    answers['POST /api/v1/session'] = { status: 200, body: { user: 'ann', role: 'viewer', via: 'session' } };
    logIn(render(LoginPage, {}));
    await vi.waitFor(() => expect(router.address).toBe('/decisions?service=web'));
    expect(session.current?.user).toBe('ann');
    expect(calls.at(-1)?.body).toEqual({ user: 'ann', password: 'correct horse' });
  });

  it('says what is wrong, keeps the name and empties the password', async () => {
    router.go('/login', { replace: true });
    answers['POST /api/v1/session'] = { status: 401, body: { message: 'the user name or the password is wrong' } };
    const root = render(LoginPage, {});
    logIn(root);
    await vi.waitFor(() => expect(root.querySelector('[role=alert]')?.textContent).toContain('password is wrong'));
    expect(root.querySelector<HTMLInputElement>('input[name=username]')?.value).toBe('ann');
    expect(root.querySelector<HTMLInputElement>('input[name=password]')?.value).toBe('');
    expect(router.route.page).toBe('login');
  });

  it('waits as long as the manager asks for', async () => {
    answers['POST /api/v1/session'] = { status: 429, body: { message: 'too many' }, headers: { 'retry-after': '17' } };
    const root = render(LoginPage, {});
    logIn(root);
    const button = () => root.querySelector('button[type=submit]');
    await vi.waitFor(() => expect(button()?.textContent).toContain('Wait 17 s'));
    expect(button()?.getAttribute('aria-disabled')).toBe('true');
    const asked = calls.length;
    logIn(root);
    expect(calls).toHaveLength(asked);
  });

  it('tells of the set-up link where nobody has an account', async () => {
    answers['GET /api/v1/welcome'] = { status: 200, body: { set_up: false, swarm: 'manager' } };
    const root = render(LoginPage, {});
    await vi.waitFor(() => expect(root.textContent).toContain('Nobody has an account yet'));
    expect(root.querySelector('form')).toBeNull();
  });
});

describe('the session', () => {
  it('sends to the log-in whoever has none, and remembers the page', async () => {
    router.go('/services/web', { replace: true });
    answers['GET /api/v1/session'] = { status: 401, body: { message: 'log in' } };
    await session.read();
    expect(router.address).toBe('/login?to=%2Fservices%2Fweb');
  });

  it('says why when it ends while one works', () => {
    router.go('/services', { replace: true });
    session.current = { user: 'ann', role: 'admin', via: 'session' };
    session.expire('Your session has ended.');
    expect(router.route.page).toBe('login');
    expect(render(LoginPage, {}).querySelector('[role=status]')?.textContent).toBe('Your session has ended.');
  });

  it('does not take a broken connection for the end of it', async () => {
    router.go('/services', { replace: true });
    await expect(session.read()).rejects.toThrow('does not answer');
    expect(router.route.page).toBe('services');
  });

  it.each([
    ['viewer', false, false],
    ['operator', true, false],
    ['admin', true, true],
  ] as const)('knows what a %s may do', (role, operates, administers) => {
    session.current = { user: 'ann', role, via: 'session' };
    expect(session.can('viewer')).toBe(true);
    expect(session.can('operator')).toBe(operates);
    expect(session.whyNot('admin') === undefined).toBe(administers);
  });

  it.each([
    [null, '/'],
    ['/services?x=1', '/services?x=1'],
    ['https://example.org', '/'],
    ['//example.org', '/'],
    ['/\\example.org', '/'],
    ['/login?to=/login', '/'],
    ['javascript:alert(1)', '/'],
  ])('comes back from %s to %s', (to, path) => expect(comeBack(to)).toBe(path));
});
