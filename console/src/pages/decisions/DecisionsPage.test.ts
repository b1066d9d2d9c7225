import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answering, FakeSource, Refused, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { Decision } from '../../api/decision';
import { router } from '../../router/router.svelte';
import { session } from '../../session/session.svelte';
import DecisionPage from './DecisionPage.svelte';
import DecisionsPage from './DecisionsPage.svelte';

const placed = {
  instance: 0,
  outcome: { kind: 'placed', node: 'n1', hostname: 'ap1' },
  explanation: {
    policy: 'availability',
    demand: { cpu: '100MHz', memory: 0, disk: 0 },
    constraints: [],
    nodes: [{ node: 'n1', hostname: 'ap1', verdict: { kind: 'candidate', score: 0.125 }, parts: [] }],
  },
};

function entry(id: number, changes: Partial<Decision> = {}): Decision {
  return {
    id,
    unix_ms: 1,
    action: 'place',
    outcome: 'done',
    service: 'web',
    instance: 0,
    summary: `entry ${id}`,
    ...changes,
  };
}

let asked: Asked[];
let root: HTMLElement;

const summaries = () => [...root.querySelectorAll('.summary')].map((one) => one.textContent?.trim());
const lists = () => asked.filter((one) => one.path === 'decisions').map((one) => one.query);

async function open(address: string, page: Decision[]): Promise<void> {
  router.go(address);
  asked = answering({
    'GET nodes': () => ({ nodes: [{ id: 'n1', hostname: 'ap1' }] }),
    'GET services': () => ({ services: [{ name: 'web' }] }),
    'GET decisions': ({ query }) => ({ decisions: query.before === undefined ? page : [entry(1)] }),
    'GET decisions/100': () => entry(100, { explanation: placed }),
  });
  root = render(DecisionsPage, {});
  await until(() => expect(summaries()).toHaveLength(page.length));
}

beforeEach(() => {
  session.current = { user: 'anna', role: 'viewer', via: 'session' };
});

afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

const FULL_PAGE = Array.from({ length: 50 }, (_, index) => entry(100 - index));

test('the journal is live at the top and paged at the end', async () => {
  await open('/decisions', FULL_PAGE);
  FakeSource.opened[0]?.say('decisions', entry(101, { summary: 'web-1 placed on ap2' }));
  flushSync();
  expect(summaries()[0]).toBe('web-1 placed on ap2');
  [...root.querySelectorAll('button')].find((one) => one.textContent?.includes('Older'))?.click();
  await until(() => expect(summaries()).toHaveLength(52));
  expect(lists().at(-1)).toEqual({ limit: '50', before: '51' });
  expect(root.textContent).toContain('the beginning of this manager’s journal');
});

test('a filter stands in the address, is the manager’s to apply, and holds for what happens as well', async () => {
  await open('/decisions?service=web&outcome=failed', [entry(5, { outcome: 'failed' })]);
  expect(lists()[0]).toEqual({ service: 'web', outcome: 'failed', limit: '50' });
  FakeSource.opened[0]?.say('decisions', entry(6));
  FakeSource.opened[0]?.say('decisions', entry(7, { outcome: 'failed' }));
  flushSync();
  expect(summaries()).toEqual(['entry 7', 'entry 5']);
});

test('a node is chosen by its hostname and asked for by its id', async () => {
  await open('/decisions', [entry(5)]);
  const input = root.querySelector<HTMLInputElement>('[aria-label=Node]');
  await until(() => expect(root.querySelector('option[value=ap1]')).not.toBeNull());
  if (input === null) throw new Error('there is no filter by node');
  input.value = 'ap1';
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await until(() => expect(lists().at(-1)).toEqual({ node: 'n1', limit: '50' }));
  expect(location.search).toBe('?node=n1');
  expect(input.value).toBe('ap1');
});

test('the numbers of an entry are read when it is opened', async () => {
  await open('/decisions', FULL_PAGE);
  expect(asked.some((one) => one.path === 'decisions/100')).toBe(false);
  const why = root.querySelector<HTMLButtonElement>('button[aria-expanded]');
  why?.click();
  await until(() => expect(root.querySelector('.score')?.textContent).toBe('0.1250'));
  expect(why?.getAttribute('aria-expanded')).toBe('true');
});

test('an entry has a page of its own', async () => {
  answering({ 'GET decisions/7': () => entry(7, { explanation: placed, node: 'n1', hostname: 'ap1', by: 'ben' }) });
  root = render(DecisionPage, { id: '7' });
  await until(() => expect(root.querySelector('h1')?.textContent).toBe('entry 7'));
  expect(root.querySelector('.score')?.textContent).toBe('0.1250');
  expect(root.querySelector('.facts')?.textContent).toContain('ben');
  expect(root.querySelector('figure pre')?.textContent).toBe('swarm-manager service explain --instance 0 web');
});

test('an entry that is not there is said to be so', async () => {
  answering({ 'GET decisions/9': () => new Refused(404, 'no such decision: 9') });
  root = render(DecisionPage, { id: '9' });
  await until(() => expect(root.textContent).toContain('There is no decision 9'));
});
