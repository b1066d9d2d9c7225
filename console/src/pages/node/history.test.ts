import { describe, expect, it } from 'vitest';
import type { NodeHistory, Reading } from '../../api/node';
import { ContainerPast } from './container-past';
import { MINUTE_MS, Past, SECOND_MS } from './history';
import { NodeClock } from './node-clock';
import { sparkPath, sparkTop } from './spark';

const NOW = 1_800_000_000_000;

function history(times: number[], cpu: (at: number) => number = () => 1): NodeHistory {
  const zero = times.map(() => 0);
  return {
    unix_ms: times,
    cpu_used_mhz: times.map(cpu),
    memory_used_bytes: zero,
    disk_used_bytes: zero,
    network_rx_bytes_per_s: zero,
    network_tx_bytes_per_s: zero,
  };
}

function every(step: number, count: number, end = NOW): number[] {
  return Array.from({ length: count }, (_, index) => end - (count - 1 - index) * step);
}

const reading = { cpu_used_mhz: 42 } as Reading;

describe('the past of a node', () => {
  it('shows the last 60 seconds and no more', () => {
    const past = new Past();
    past.takeFine(history(every(SECOND_MS, 600)));
    const window = past.window(60_000, NOW);
    expect(window.at[0]).toBe(NOW - 60_000);
    expect(window.at.at(-1)).toBe(NOW);
  });

  it('moves on with each reading, and takes none twice', () => {
    const past = new Past();
    past.takeFine(history(every(SECOND_MS, 60)));
    expect(past.add(NOW + 100, reading)).toBe(false);
    expect(past.add(NOW + SECOND_MS, reading)).toBe(true);
    const window = past.window(60_000, NOW + SECOND_MS);
    expect(window.at.at(-1)).toBe(NOW + SECOND_MS);
    expect(window.cpu.at(-1)).toBe(42);
    expect(window.at[0]).toBeGreaterThanOrEqual(NOW - 59_000);
  });

  it('keeps what came live while the history was read', () => {
    const past = new Past();
    past.add(NOW + SECOND_MS, reading);
    past.takeFine(history(every(SECOND_MS, 10)));
    expect(past.window(60_000, NOW + SECOND_MS).at).toHaveLength(11);
  });

  it('forgets seconds after 10 minutes', () => {
    const past = new Past();
    for (let second = 0; second < 700; second += 1) past.add(NOW + second * SECOND_MS, reading);
    expect(past.fine.at.length).toBeLessThanOrEqual(601);
  });

  it('joins minutes and the seconds since', () => {
    const past = new Past();
    past.takeCoarse(history(every(MINUTE_MS, 1440, NOW - 30_000)));
    past.takeFine(history(every(SECOND_MS, 600)));
    const hour = past.window(60 * MINUTE_MS, NOW);
    expect(hour.at).toEqual([...hour.at].sort((a, b) => a - b));
    expect(hour.at.filter((at) => at > NOW - 30_000)).toHaveLength(30);
    expect(past.window(24 * 60 * MINUTE_MS, NOW).at.length).toBeGreaterThan(1400);
  });

  it('draws no line over a hole', () => {
    const past = new Past();
    past.takeFine(history([...every(SECOND_MS, 5, NOW - 20_000), ...every(SECOND_MS, 5)]));
    const window = past.window(60_000, NOW);
    expect(window.cpu).toEqual([1, 1, 1, 1, 1, null, 1, 1, 1, 1, 1]);
    expect(window.at).toEqual([...window.at].sort((a, b) => a - b));
  });
});

describe('the clock of a node', () => {
  it('bears a browser whose clock is wrong', () => {
    const clock = new NodeClock();
    const hour = 3600_000;
    clock.align(NOW, NOW + hour, 400);
    expect(clock.takenAt(NOW + hour + 1000, 400)).toBe(NOW + 1000);
    expect(clock.now(NOW + hour)).toBe(NOW + 400);
  });

  it('takes the way of a reading for no other clock', () => {
    const clock = new NodeClock();
    clock.align(NOW - 900, NOW, 0);
    expect(clock.now(NOW)).toBe(NOW);
  });
});

describe('the past of containers', () => {
  const usage = (id: string, cpu: number) => ({
    id,
    cpu_used_mhz: cpu,
    memory_working_set_bytes: 1,
    network_rx_bytes_per_s: 2,
    network_tx_bytes_per_s: 3,
    block_read_bytes_per_s: 0,
    block_write_bytes_per_s: 0,
  });

  it('keeps a minute of those that run', () => {
    const past = new ContainerPast();
    for (let second = 0; second < 100; second += 1) past.add(NOW + second * 1000, [usage('a', second)]);
    expect(past.of('a').length).toBeLessThanOrEqual(62);
    expect(past.of('a').at(-1)?.cpu).toBe(99);
    past.add(NOW + 100_000, [usage('b', 1)]);
    expect(past.of('a')).toEqual([]);
  });

  it('joins the history and what came live', () => {
    const past = new ContainerPast();
    past.add(NOW, [usage('a', 7)]);
    past.take([
      {
        id: 'a',
        unix_ms: [NOW - 2000, NOW - 1000],
        cpu_used_mhz: [5, 6],
        memory_working_set_bytes: [1, 1],
        network_rx_bytes_per_s: [0, 0],
        network_tx_bytes_per_s: [0, 0],
      },
    ]);
    expect(past.of('a').map((point) => point.cpu)).toEqual([5, 6, 7]);
  });
});

describe('a small chart', () => {
  it('goes from left to right and from the ground to the top', () => {
    const spots = [
      { at: 0, value: 0 },
      { at: 1000, value: 50 },
      { at: 2000, value: 100 },
    ];
    expect(sparkPath(spots, 0, 2000, 100)).toBe('M0.0 100.0L50.0 50.0L100.0 0.0');
  });

  it('leaves holes open', () => {
    const spots = [
      { at: 0, value: 0 },
      { at: 10_000, value: 0 },
    ];
    expect(sparkPath(spots, 0, 10_000, 1).match(/M/g)).toHaveLength(2);
  });

  it('has a scale that does not move with every second', () => {
    expect(sparkTop([1, 60], 50)).toBe(100);
    expect(sparkTop([1, 90], 50)).toBe(100);
    expect(sparkTop([], 50)).toBe(50);
  });
});
