import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering, FakeSource, openDialog, press, Refused, submit, until, type Asked } from '../../../tests/answers';
import { render } from '../../../tests/render';
import type { Job } from '../../api/job';
import { begin } from '../../jobs/begin';
import { jobs } from '../../jobs/jobs.svelte';
import { byUrgency, progressWords } from '../../jobs/words';
import { router } from '../../router/router.svelte';
import { session } from '../../session/session.svelte';
import RunningJobs from '../../shell/RunningJobs.svelte';
import JobPage from './JobPage.svelte';
import JobsPage from './JobsPage.svelte';

const MIB = 1024 ** 2;

function join(change: Partial<Job> = {}): Job {
  return {
    id: '3f9c0a51d2e7',
    kind: 'join',
    title: 'Join 3 nodes',
    state: 'running',
    by: 'ann',
    started_unix_ms: Date.now() - 5000,
    items: [
      { name: 'ap1', detail: 'root@10.0.0.1:22', state: 'done', message: 'joined as a worker' },
      { name: 'ap2', state: 'running', step: 'bringing the image', done_bytes: 5 * MIB, total_bytes: 20 * MIB },
      { name: 'ap3', state: 'failed', message: 'the password is wrong; try another' },
    ],
    ...change,
  };
}

let asked: Asked[];

function answer(job: Job): void {
  asked = answering({
    [`GET jobs/${job.id}`]: () => job,
    'GET jobs': () => ({ jobs: [job] }),
    [`POST jobs/${job.id}/cancel`]: () => join({ state: 'cancelled', result: '1 of 3 nodes joined' }),
    'POST nodes/drain': () => job,
    'GET status': () => new Refused(503, 'not now'),
  });
}

function say(job: Job): void {
  FakeSource.opened.at(-1)?.say('jobs', { jobs: [job] });
  flushSync();
}

beforeEach(() => {
  jobs.list = undefined;
  session.current = { user: 'ann', role: 'admin', via: 'session' };
  answer(join());
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.current = undefined;
});

describe('the page of a job', () => {
  it('shows after a reload what each node does, and why one failed', async () => {
    const root = render(JobPage, { id: join().id });
    await until(() => expect(root.textContent).toContain('Join 3 nodes'));
    expect(root.textContent).toContain('the password is wrong; try another');
    expect(root.textContent).toContain('bringing the image');
    expect(root.textContent).toContain('5.0 / 20.0 MiB');
    expect(root.querySelector('progress')?.value).toBe(0.25);
    expect(root.textContent).toContain('2 of 3 nodes, 1 failed');
    expect(root.textContent).toContain('swarm-manager job follow 3f9c0a51d2e7');
  });

  it('goes on by itself to its end', async () => {
    const root = render(JobPage, { id: join().id });
    await until(() => expect(root.textContent).toContain('running'));
    say(join({ state: 'failed', result: '2 of 3 nodes joined; 1 failed', ended_unix_ms: Date.now() }));
    expect(root.textContent).toContain('2 of 3 nodes joined; 1 failed');
    expect([...root.querySelectorAll('button')].some((one) => one.textContent?.includes('Cancel job'))).toBe(false);
  });

  it('is kept as it was seen last when the manager forgets it', async () => {
    const root = render(JobPage, { id: join().id });
    await until(() => expect(root.textContent).toContain('Join 3 nodes'));
    FakeSource.opened.at(-1)?.say('jobs', { jobs: [] });
    flushSync();
    expect(root.textContent).toContain('Join 3 nodes');
  });

  it('is broken off once that was confirmed', async () => {
    const root = render(JobPage, { id: join().id });
    await until(() => expect(root.textContent).toContain('Cancel job'));
    press(root, 'Cancel job');
    expect(openDialog(root).textContent).toContain('swarm-manager job cancel 3f9c0a51d2e7');
    submit(openDialog(root));
    await until(() => expect(root.textContent).toContain('1 of 3 nodes joined'));
    expect(asked.some(({ method, path }) => method === 'POST' && path === 'jobs/3f9c0a51d2e7/cancel')).toBe(true);
  });

  it('tells an operator why they may not break an admin’s job off', async () => {
    session.current = { user: 'ben', role: 'operator', via: 'session' };
    const root = render(JobPage, { id: join().id });
    await until(() => expect(root.textContent).toContain('Needs the role admin; yours is operator.'));
    press(root, 'Cancel job');
    expect(root.querySelector('dialog[open]')).toBeNull();
  });

  it('says that a job is unknown', async () => {
    const root = render(JobPage, { id: 'nothing' });
    await until(() => expect(root.textContent).toContain('There is no such job'));
  });
});

describe('the list of jobs', () => {
  it('leads to each', async () => {
    const root = render(JobsPage, {});
    await until(() => expect(root.querySelector('a[href="/jobs/3f9c0a51d2e7"]')?.textContent).toBe('Join 3 nodes'));
    expect(FakeSource.opened.at(-1)?.address).toBe('/api/v1/events?topic=jobs');
  });

  it('says what jobs are where there are none', async () => {
    answering({ 'GET jobs': () => ({ jobs: [] }) });
    const root = render(JobsPage, {});
    await until(() => expect(root.textContent).toContain('No jobs yet'));
  });
});

describe('the mark in the bar', () => {
  it('leads to the one that runs, or to all', () => {
    const root = render(RunningJobs, {});
    const link = () => root.querySelector('a');
    expect(link()?.getAttribute('href')).toBe('/jobs');
    jobs.take({ jobs: [join()] });
    flushSync();
    expect(link()?.getAttribute('href')).toBe('/jobs/3f9c0a51d2e7');
    expect(root.querySelector('[role=status]')?.textContent).toContain('1');
    jobs.take({ jobs: [join(), join({ id: 'b' }), join({ id: 'c', state: 'failed' })] });
    flushSync();
    expect(link()?.getAttribute('href')).toBe('/jobs');
    expect(link()?.textContent).toContain('2 jobs');
  });
});

it('goes to the job that was begun, which is known before the stream tells', async () => {
  await begin('nodes/drain', { nodes: ['a'] });
  expect(router.path).toBe('/jobs/3f9c0a51d2e7');
  expect(jobs.find('3f9c0a51d2e7')?.title).toBe('Join 3 nodes');
  expect(asked.at(-1)?.body).toEqual({ nodes: ['a'] });
});

describe('the parts of a job', () => {
  it('are counted in words', () => {
    expect(progressWords(join({ kind: 'push', items: [{ name: 'a', state: 'running' }] }))).toBe('0 of 1 layer');
  });

  it('stay in their order while they are few, and show the failed first when they are many', () => {
    const few = join().items;
    expect(byUrgency(few)).toEqual(few);
    const many = Array.from({ length: 30 }, (_, index) => ({ name: `n${index}`, state: 'waiting' as const }));
    const mixed = [...many, { name: 'runs', state: 'running' as const }, { name: 'broke', state: 'failed' as const }];
    expect(
      byUrgency(mixed)
        .map(({ name }) => name)
        .slice(0, 3),
    ).toEqual(['broke', 'runs', 'n0']);
  });
});
