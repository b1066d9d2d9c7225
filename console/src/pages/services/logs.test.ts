import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LogLine } from '../../api/service';
import { LogBuffer, marked, matching, plain } from './log-buffer';
import { LogStream, type LogPhase } from './log-stream';

function line(text: string, changes: Partial<LogLine> = {}): LogLine {
  return { instance: 'web-0', stream: 'stdout', unix_ms: 1, line: text, ...changes };
}

describe('a log buffer', () => {
  test('keeps the newest lines and says how many it dropped', () => {
    const buffer = new LogBuffer(3);
    buffer.append([line('a'), line('b')]);
    buffer.append([line('c'), line('d')]);
    expect(buffer.lines.map((one) => one.line)).toEqual(['b', 'c', 'd']);
    expect(buffer.dropped).toBe(1);
    expect(new Set(buffer.lines.map((one) => one.key)).size).toBe(3);
    buffer.clear();
    expect([buffer.lines.length, buffer.dropped]).toEqual([0, 0]);
  });

  test('is filtered by instance, stream and text', () => {
    const buffer = new LogBuffer();
    buffer.append([line('GET /'), line('oops', { stream: 'stderr' }), line('get /x', { instance: 'web-1' })]);
    const texts = (filter: Partial<Parameters<typeof matching>[1]>) =>
      matching(buffer.lines, { instance: '', stream: '', search: '', ...filter }).map((one) => one.line);
    expect(texts({})).toEqual(['GET /', 'oops', 'get /x']);
    expect(texts({ search: 'Get' })).toEqual(['GET /', 'get /x']);
    expect(texts({ stream: 'stderr' })).toEqual(['oops']);
    expect(texts({ instance: 'web-1', search: 'oops' })).toEqual([]);
  });

  test('what was searched for is every other piece', () => {
    expect(marked('a GET and a get', 'get')).toEqual(['a ', 'GET', ' and a ', 'get', '']);
    expect(marked('text', '')).toEqual(['text']);
    expect(marked('text', 'none')).toEqual(['text']);
  });

  test("a terminal's colours are taken out", () => {
    expect(plain('\u001b[1;31mred\u001b[0m\r')).toBe('red');
  });
});

class FakeSource extends EventTarget {
  static opened: FakeSource[] = [];
  onopen: (() => void) | null = null;
  closed = false;

  constructor(readonly address: string) {
    super();
    FakeSource.opened.push(this);
  }

  close(): void {
    this.closed = true;
  }

  say(name: string, data?: unknown): void {
    this.dispatchEvent(data === undefined ? new Event(name) : new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

describe('a log stream', () => {
  const shown: string[] = [];
  const phases: [LogPhase, string | undefined][] = [];
  let stream: LogStream;

  beforeEach(() => {
    vi.useFakeTimers();
    FakeSource.opened = [];
    shown.length = 0;
    phases.length = 0;
    stream = new LogStream(
      'web',
      {
        lines: (lines) => shown.push(...lines.map((one) => one.line)),
        phase: (phase, message) => phases.push([phase, message]),
      },
      { open: (address) => new FakeSource(address) as unknown as EventSource, random: () => 0 },
    );
    stream.start();
  });

  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
  });

  const source = () => FakeSource.opened.at(-1) as FakeSource;

  test('shows lines that come close together at once', () => {
    source().onopen?.();
    source().say('log', line('a'));
    source().say('log', line('b'));
    expect(shown).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(shown).toEqual(['a', 'b']);
    expect(phases.map(([phase]) => phase)).toEqual(['connecting', 'open']);
  });

  test('goes on from the newest line where it was cut off, and shows none twice', () => {
    expect(source().address).toBe('/api/v1/services/web/logs?follow=true&tail=200');
    source().say('log', line('a', { unix_ms: 5 }));
    source().say('log', line('a', { unix_ms: 5 }));
    source().say('error');
    expect(phases.at(-1)).toEqual(['lost', undefined]);
    vi.advanceTimersByTime(1000);
    expect(FakeSource.opened).toHaveLength(2);
    expect(FakeSource.opened[0]?.closed).toBe(true);
    expect(source().address).toBe('/api/v1/services/web/logs?follow=true&since_unix_ms=5');
    source().say('log', line('a', { unix_ms: 5 }));
    source().say('log', line('b', { unix_ms: 6 }));
    source().say('log', line('b', { unix_ms: 6 }));
    vi.advanceTimersByTime(100);
    expect(shown).toEqual(['a', 'a', 'b', 'b']);
  });

  test("tells the manager's reason from a lost connection", () => {
    source().say('error', { message: 'the node is down' });
    expect(phases.at(-1)).toEqual(['lost', 'the node is down']);
  });

  test('ends when the manager says so, and does not begin again', () => {
    source().say('end', {});
    vi.advanceTimersByTime(60_000);
    expect(phases.at(-1)).toEqual(['ended', undefined]);
    expect(FakeSource.opened).toHaveLength(1);
  });

  test('is not tried again once it was stopped', () => {
    source().say('error');
    stream.stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened).toHaveLength(1);
  });
});
