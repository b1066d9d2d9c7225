import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitBefore } from './backoff';
import { Stream, type Phase, type Wanted } from './stream';

/** The browser's side of a stream, played by hand. */
class Source extends EventTarget {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;

  constructor(readonly address: string) {
    super();
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  send(name: string, data: unknown, id = ''): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId: id }));
  }

  /** The connection broke; the browser would try again by itself. */
  fail(): void {
    this.onerror?.();
  }

  /** The manager answered something else than a stream. */
  refuse(): void {
    this.readyState = 2;
    this.onerror?.();
  }

  close(): void {
    this.readyState = 2;
  }
}

function setUp(wanted: Partial<Wanted> = {}) {
  const sources: Source[] = [];
  const phases: Phase[] = [];
  const failed = vi.fn();
  const ended = vi.fn();
  let hidden = false;
  const stream = new Stream(
    { topics: ['services', 'decisions'], on: {}, ...wanted },
    {
      open: (address) => {
        const source = new Source(address);
        sources.push(source);
        return source as unknown as EventSource;
      },
      now: () => Date.now(),
      random: () => 1,
      hidden: () => hidden,
      failed,
      changed: (phase) => phases.push(phase),
      ended,
    },
  );
  const hide = (value: boolean) => {
    hidden = value;
    stream.visibilityChanged();
  };
  const latest = () => {
    const source = sources.at(-1);
    if (source === undefined) throw new Error('no stream was opened');
    return source;
  };
  return { stream, sources, phases, failed, ended, hide, latest };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a stream', () => {
  it('asks for the topics of its page and hands their data on', () => {
    const heard = vi.fn();
    const { stream, latest } = setUp({ topics: ['service', 'decisions'], service: 'web', on: { service: heard } });
    stream.start();
    latest().open();
    latest().send('service', { name: 'web', error: null });
    expect(latest().address).toBe('/api/v1/events?topic=service&topic=decisions&service=web');
    expect(heard).toHaveBeenCalledWith({ name: 'web' });
  });

  it('connects again by itself, later each time', () => {
    const { stream, sources, phases, latest } = setUp();
    stream.start();
    latest().open();
    latest().fail();
    expect(phases).toEqual(['connecting', 'open', 'lost']);
    for (const wait of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const before = sources.length;
      vi.advanceTimersByTime(wait - 1);
      expect(sources).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sources).toHaveLength(before + 1);
      latest().fail();
    }
    expect(phases.at(-1)).toBe('lost');
  });

  it('is open again, and begins with short waits anew', () => {
    const { stream, phases, sources, latest } = setUp();
    stream.start();
    latest().fail();
    vi.advanceTimersByTime(500);
    latest().open();
    expect(phases.at(-1)).toBe('open');
    latest().fail();
    vi.advanceTimersByTime(500);
    expect(sources).toHaveLength(3);
  });

  it('asks for the decisions that it missed', () => {
    const { stream, latest } = setUp({ on: { decisions: () => {} }, newestDecision: () => 40 });
    stream.start();
    expect(latest().address).toContain('after=40');
    latest().open();
    latest().send('decisions', { id: 41 }, '41');
    latest().fail();
    vi.advanceTimersByTime(500);
    expect(latest().address).toContain('after=41');
  });

  it('counts as lost when the promised event does not come', () => {
    const { stream, phases, sources, latest } = setUp({
      topics: ['fleet'],
      silenceMs: 5000,
      on: { readings: () => {} },
    });
    stream.start();
    latest().open();
    vi.advanceTimersByTime(4000);
    latest().send('readings', {});
    vi.advanceTimersByTime(4000);
    expect(phases.at(-1)).toBe('open');
    vi.advanceTimersByTime(1000);
    expect(phases.at(-1)).toBe('lost');
    vi.advanceTimersByTime(500);
    expect(sources).toHaveLength(2);
  });

  it('does not listen while nobody looks', () => {
    const { stream, phases, sources, hide, latest } = setUp();
    stream.start();
    latest().open();
    const first = latest();
    hide(true);
    expect(first.readyState).toBe(2);
    expect(phases.at(-1)).toBe('paused');
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(1);
    hide(false);
    expect(sources).toHaveLength(2);
  });

  it('asks who is logged in when it is refused', () => {
    const { stream, failed, latest } = setUp();
    stream.start();
    latest().refuse();
    expect(failed).toHaveBeenCalledOnce();
  });

  it('does not ask when the connection merely broke', () => {
    const { stream, failed, latest } = setUp();
    stream.start();
    latest().fail();
    expect(failed).not.toHaveBeenCalled();
  });

  it('stays closed when the session has ended', () => {
    const { stream, ended, sources, latest } = setUp();
    stream.start();
    latest().open();
    latest().send('session_end', { reason: 'signed out' });
    latest().fail();
    vi.advanceTimersByTime(60_000);
    expect(ended).toHaveBeenCalledWith('signed out');
    expect(sources).toHaveLength(1);
  });

  it('tries at once when asked to', () => {
    const { stream, sources, latest } = setUp();
    stream.start();
    latest().fail();
    stream.retryNow();
    expect(sources).toHaveLength(2);
  });

  it('hears nothing of a connection that it has given up', () => {
    const { stream, sources, phases, latest } = setUp();
    stream.start();
    const old = latest();
    old.fail();
    vi.advanceTimersByTime(500);
    latest().open();
    old.fail();
    expect(phases.at(-1)).toBe('open');
    expect(sources).toHaveLength(2);
  });
});

it('spreads the attempts of many clients over half of the wait', () => {
  expect(waitBefore(0, 0)).toBe(250);
  expect(waitBefore(0, 0.999)).toBeLessThan(500);
  expect(waitBefore(50, 1)).toBe(10_000);
});
