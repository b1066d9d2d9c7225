import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering, FakeSource, Refused, until } from '../../tests/answers';
import { jobs } from '../jobs/jobs.svelte';
import { session } from '../session/session.svelte';
import { live } from './live.svelte';

const status = { hostname: 'ap1', leading: true, swarm_as_of_unix_ms: 1 };

let stop: () => void = () => {};

beforeEach(() => {
  session.current = { user: 'ann', role: 'viewer', via: 'session' };
  session.lost = undefined;
  jobs.list = undefined;
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  session.current = undefined;
  session.lost = undefined;
});

function follow(): FakeSource {
  stop = live.follow({ topics: ['services'], on: {} });
  const source = FakeSource.opened.at(-1);
  if (source === undefined) throw new Error('no stream was opened');
  source.onopen?.();
  return source;
}

describe('what a page follows', () => {
  it('has the jobs with it', () => {
    answering({ 'GET status': () => status });
    const source = follow();
    expect(source.address).toBe('/api/v1/events?topic=services&topic=jobs');
    source.say('jobs', { jobs: [{ id: 'j1', state: 'running', items: [] }] });
    expect(jobs.running.map(({ id }) => id)).toEqual(['j1']);
  });

  it('counts as lost when the manager does not answer another question, though the stream says nothing', async () => {
    answering({ 'GET status': () => status });
    follow();
    await until(() => expect(live.status?.hostname).toBe('ap1'));
    expect(live.phase).toBe('open');
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('too slow', 'TimeoutError')));
    await live.readStatus();
    expect(live.phase).toBe('lost');
  });

  it('does not count as lost because the manager refuses', async () => {
    answering({ 'GET status': () => new Refused(503, 'Swarm cannot be read') });
    follow();
    await live.readStatus();
    expect(live.phase).toBe('open');
  });
});

describe('a manager without a Swarm', () => {
  it('is told from one whose session has ended', async () => {
    answering({
      'GET status': () => new Refused(409, 'this host is in no Swarm'),
      'GET welcome': () => ({ set_up: false, swarm: 'inactive' }),
    });
    follow();
    await until(() => expect(session.lost).toBe('inactive'));
    expect(session.current?.user).toBe('ann');
  });

  it('is asked on, and the page goes on once there is a Swarm again', async () => {
    const swarm = { state: 'worker' };
    answering({
      'GET welcome': () => ({ set_up: true, swarm: swarm.state }),
      'GET session': () => ({ user: 'ann', role: 'admin', via: 'session' }),
    });
    await session.askForSwarm();
    expect(session.lost).toBe('worker');
    swarm.state = 'manager';
    await until(() => expect(session.lost).toBeUndefined());
    await until(() => expect(session.current?.role).toBe('admin'));
  });

  it('keeps a refused session from being taken for its end', async () => {
    answering({ 'GET welcome': () => ({ set_up: false, swarm: 'inactive' }) });
    await session.refused();
    expect(session.current?.user).toBe('ann');
    answering({
      'GET welcome': () => ({ set_up: true, swarm: 'manager' }),
      'GET session': () => new Refused(401, 'no'),
    });
    session.lost = undefined;
    await session.refused();
    expect(session.current).toBeUndefined();
  });
});
