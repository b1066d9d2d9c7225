import { flushSync } from 'svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { answering, Refused, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { AccessRole } from '../../api/access';
import { session } from '../../session/session.svelte';
import SettingsPage from './SettingsPage.svelte';

const DAY_S = 86_400;
const token = { id: 'tk1', name: 'ci', user: 'anna', role: 'operator', created_unix_ms: 1, expires_unix_ms: 2 };
const users = [
  { name: 'anna', role: 'admin', created_unix_ms: 1 },
  { name: 'ben', role: 'viewer', created_unix_ms: 1 },
];

let asked: Asked[];
let root: HTMLElement;

function open(section: string, role: AccessRole = 'admin', more: Parameters<typeof answering>[0] = {}): void {
  session.current = { user: 'anna', role, via: 'session' };
  asked = answering({
    'GET sessions': () => ({ sessions: [] }),
    'GET tokens': () => ({ tokens: [token] }),
    'GET users': () => ({ users }),
    'GET settings': () => ({ session_idle_s: 43_200, session_lifetime_s: 604_800 }),
    ...more,
  });
  root = render(SettingsPage, { section });
}

function press(label: string, within: Element = root): void {
  const found = [...within.querySelectorAll('button')].find((one) => one.textContent?.trim().startsWith(label));
  if (found === undefined) throw new Error(`there is no button ${label}`);
  found.click();
  flushSync();
}

function fill(label: string, text: string): void {
  const found = [...root.querySelectorAll('label')].find((one) => one.textContent?.trim() === label);
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement | null;
  if (input === null) throw new Error(`there is no field ${label}`);
  input.value = text;
  input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  flushSync();
}

function submit(within: Element | null): void {
  within?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
  flushSync();
}

const dialog = () => root.querySelector('dialog[open]') as HTMLDialogElement;
const changes = () => asked.filter((one) => one.method !== 'GET');

afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

describe('who sees what', () => {
  const links = () => [...root.querySelectorAll('nav a')].map((one) => one.textContent);

  test('a viewer sees the own account and tokens', () => {
    open('account', 'viewer');
    expect(links()).toEqual(['Account', 'API tokens']);
  });

  test('a viewer who goes to the users is told why not, and nothing is asked for', () => {
    open('users', 'viewer');
    expect(root.textContent).toContain('Needs the role admin; yours is viewer.');
    expect(asked.filter((one) => one.path === 'users')).toEqual([]);
  });

  test('an admin sees all', () => {
    open('account');
    expect(links()).toEqual(['Account', 'API tokens', 'Users', 'Sessions', 'Audit']);
  });
});

describe('the password', () => {
  test('is changed when both are right', async () => {
    open('account', 'viewer', { 'POST session/password': () => undefined });
    submit(root.querySelector('form'));
    expect(root.textContent).toContain('Write the password that you have now.');
    expect(root.textContent).toContain('at least 10 characters');
    fill('Current password', 'old password');
    fill('New password', 'a new password');
    fill('New password again', 'a new passwort');
    submit(root.querySelector('form'));
    expect(root.textContent).toContain('The two passwords differ.');
    expect(changes()).toEqual([]);
    fill('New password again', 'a new password');
    submit(root.querySelector('form'));
    const body = { current_password: 'old password', new_password: 'a new password' };
    await until(() => expect(changes()).toEqual([expect.objectContaining({ path: 'session/password', body })]));
  });

  test('a wrong one is refused without an end of the session', async () => {
    open('account', 'viewer', { 'POST session/password': () => new Refused(401, 'the current password is wrong') });
    fill('Current password', 'x');
    fill('New password', 'a new password');
    fill('New password again', 'a new password');
    submit(root.querySelector('form'));
    await until(() => expect(root.querySelector('[role=alert]')?.textContent).toContain('password is wrong'));
    expect(session.current?.user).toBe('anna');
  });
});

describe('tokens', () => {
  const created = { token: 'swm_secret', info: { ...token, id: 'tk2', name: 'laptop' } };

  test('a new one is shown once, with a role at most one’s own and an end', async () => {
    open('tokens', 'operator', { 'POST tokens': () => created });
    await until(() => expect(root.textContent).toContain('ci'));
    press('Create token');
    const roles = [...(dialog().querySelector('select')?.options ?? [])].map((one) => one.value);
    expect(roles).toEqual(['viewer', 'operator']);
    fill('What it is for', 'laptop');
    submit(dialog().querySelector('form'));
    await until(() => expect(dialog().textContent).toContain('swm_secret'));
    expect(changes()[0]?.body).toEqual({ name: 'laptop', role: 'viewer', expires_in_s: 30 * DAY_S });
    press('I have it');
    await until(() => expect(root.textContent).not.toContain('swm_secret'));
    press('Create token');
    expect(root.textContent).not.toContain('swm_secret');
  });

  test('one is removed after a question that shows the command', async () => {
    open('tokens', 'viewer', { 'DELETE tokens/tk1': () => undefined });
    await until(() => expect(root.textContent).toContain('ci'));
    press('Remove');
    expect(dialog().querySelector('pre')?.textContent).toBe('swarm-manager token rm tk1');
    expect(changes()).toEqual([]);
    submit(dialog().querySelector('form'));
    await until(() => expect(changes()[0]).toMatchObject({ method: 'DELETE', path: 'tokens/tk1' }));
  });
});

describe('users', () => {
  test('one is created with a name and a password that are right', async () => {
    open('users', 'admin', { 'POST users': () => users[1] });
    press('Create user');
    fill('Name', 'Ben');
    fill('Password', 'short');
    submit(dialog().querySelector('form'));
    expect(dialog().textContent).toContain('small letters');
    expect(dialog().textContent).toContain('at least 10 characters');
    fill('Name', 'ben');
    fill('Password', 'a long password');
    fill('Password again', 'a long password');
    submit(dialog().querySelector('form'));
    const body = { name: 'ben', password: 'a long password', role: 'viewer' };
    await until(() => expect(changes()[0]).toMatchObject({ path: 'users', body }));
  });

  test('a role changes after a question, and stands as it was until then', async () => {
    open('users', 'admin', { 'PATCH users/ben': () => users[1] });
    await until(() => expect(root.querySelectorAll('tbody select')).toHaveLength(2));
    const select = root.querySelectorAll<HTMLSelectElement>('tbody select')[1];
    if (select === undefined) throw new Error('ben has no role');
    select.value = 'operator';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    expect(select.value).toBe('viewer');
    expect(dialog().querySelector('pre')?.textContent).toBe('swarm-manager user update --role operator ben');
    submit(dialog().querySelector('form'));
    await until(() =>
      expect(changes()[0]).toMatchObject({ method: 'PATCH', path: 'users/ben', body: { role: 'operator' } }),
    );
  });

  test('nobody removes themselves; another goes when the name was typed', async () => {
    open('users', 'admin', { 'DELETE users/ben': () => new Refused(409, 'the last admin stays') });
    await until(() => expect(root.querySelectorAll('tbody tr')).toHaveLength(2));
    const [own, other] = root.querySelectorAll('tbody tr');
    press('Remove', own);
    expect(dialog()).toBeNull();
    press('Remove', other);
    fill('Type ben to confirm', 'ben');
    submit(dialog().querySelector('form'));
    await until(() => expect(dialog().textContent).toContain('the last admin stays'));
  });
});

test('the times of sessions are written as people say them', async () => {
  open('access', 'admin', { 'PUT settings': ({ body }) => body });
  await until(() => expect(root.querySelectorAll('form input')).toHaveLength(2));
  fill('Without use', '8d');
  submit(root.querySelector('form'));
  expect(root.textContent).toContain('longer than a session lasts');
  expect(changes()).toEqual([]);
  fill('Without use', '30m');
  submit(root.querySelector('form'));
  await until(() => expect(changes()[0]?.body).toEqual({ session_idle_s: 1800, session_lifetime_s: 604_800 }));
});

test('the audit says who did what, when, from where, and pages by the oldest id', async () => {
  const entries = Array.from({ length: 50 }, (_, index) => ({
    id: 100 - index,
    unix_ms: 1,
    user: 'ben',
    role: 'operator',
    via: 'session',
    address: '10.0.0.9',
    operation: 'scaleService',
    target: 'web',
    status: index === 0 ? 403 : 200,
    message: index === 0 ? 'needs the role operator' : null,
  }));
  open('audit', 'admin', {
    'GET audit': ({ query }) => ({
      entries: query.before === undefined ? entries : [{ ...entries[0], id: 1, user: null, address: null }],
    }),
  });
  await until(() => expect(root.querySelectorAll('tbody tr')).toHaveLength(50));
  const first = root.querySelector('tbody tr')?.textContent?.replace(/\s+/g, ' ');
  for (const part of [
    'ben',
    'operator',
    '10.0.0.9',
    'Scale service',
    'web',
    'Not allowed',
    'needs the role operator',
  ]) {
    expect(first).toContain(part);
  }
  press('Older entries');
  await until(() => expect(root.querySelectorAll('tbody tr')).toHaveLength(51));
  expect(asked.at(-1)?.query).toMatchObject({ before: '51', limit: '50' });
  expect(root.querySelector('tbody tr:last-child')?.textContent).toContain('nobody');
});
