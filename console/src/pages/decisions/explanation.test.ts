import { describe, expect, test } from 'vitest';
import { chosenNode, readPlaced, type Reason } from './explanation';
import { demandText, factorText, outcomeText, reasonText, shareText } from './reason';

const MIB = 1024 ** 2;

describe('an explanation', () => {
  const outcome = { kind: 'placed', node: 'w1', hostname: 'ap1' };

  test('is taken where it has the shape of one', () => {
    const placed = readPlaced({ instance: 0, outcome, explanation: { nodes: [] } });
    expect(placed && chosenNode(placed)).toBe('w1');
    const unplaced = readPlaced({ instance: 1, outcome: { kind: 'unplaced', reason: { counts: [] } } });
    expect(unplaced && chosenNode(unplaced)).toBeUndefined();
  });

  test.each([
    null,
    'text',
    {},
    { instance: 0 },
    { instance: 0, outcome: { kind: 'moved' } },
    { instance: 0, outcome, explanation: 5 },
  ])('%j is none', (value) => {
    expect(readPlaced(value)).toBeUndefined();
  });
});

describe('reasons', () => {
  test.each<[Reason, string]>([
    [{ kind: 'not-ready', status: 'down' }, 'down'],
    [{ kind: 'not-ready', status: 'unknown' }, 'not heard of yet'],
    [{ kind: 'not-active', availability: 'drain' }, 'drained'],
    [{ kind: 'no-reports' }, 'no reports from its agent'],
    [{ kind: 'stale', age: { secs: 5, nanos: 40_000_000 } }, 'stale: last report 5.1 s ago, 5 s allowed'],
    [{ kind: 'stale', age: { secs: 3600, nanos: 0 } }, 'stale: last report 60 min ago, 5 s allowed'],
    [{ kind: 'constraint', constraint: 'node.role==worker' }, 'constraint node.role==worker does not hold'],
    [
      { kind: 'platform', node: { os: 'linux', arch: 'aarch64' }, image: [{ os: 'linux', arch: 'amd64' }] },
      'platform linux/aarch64: the image is for linux/amd64',
    ],
    [{ kind: 'max-per-node', most: 1 }, 'max replicas per node 1 reached'],
    [{ kind: 'port-taken', port: { port: 8080, protocol: 'tcp' } }, 'port 8080/tcp already published'],
    [
      {
        kind: 'too-little-free',
        resource: 'memory',
        demand: 64 * MIB,
        free: 12 * MIB,
        capacity: 128 * MIB,
        used: 100 * MIB,
        unseen: 16 * MIB,
      },
      'memory: 64.0 MiB asked, 12.0 MiB free of 128 MiB (100 MiB used, 16.0 MiB just placed)',
    ],
    [
      { kind: 'too-little-free', resource: 'disk', demand: 5, free: 0, capacity: 0, used: 0, unseen: 0 },
      'disk: 5 B asked, the node has none',
    ],
    [
      { kind: 'too-little-free', resource: 'cpu', demand: 100, free: 99.9, capacity: 800, used: 700.1, unseen: 0 },
      'CPU: 100 MHz asked, 99.9 MHz free of 800 MHz (700 MHz used)',
    ],
    [
      { kind: 'reserved', resource: 'cpu', demand: 100, reserved: 750, capacity: 800 },
      'CPU: 100 MHz asked, 750 MHz of 800 MHz reserved',
    ],
    [{ kind: 'policy', policy: 'load-aware' }, 'ruled out by policy load-aware'],
    [{ kind: 'on-fire' } as unknown as Reason, 'on fire'],
  ])('%j', (reason, text) => {
    expect(reasonText(reason)).toBe(text);
  });
});

test('outcomes are told as the command line tells them', () => {
  expect(outcomeText({ kind: 'placed', node: 'w1', hostname: 'ap1' })).toBe('placed on ap1');
  expect(
    outcomeText({
      kind: 'unplaced',
      reason: {
        counts: [
          ['drained', 1],
          ['stale reports', 2],
        ],
      },
    }),
  ).toBe('no suitable node (1 node: drained; 2 nodes: stale reports)');
  expect(outcomeText({ kind: 'unplaced', reason: { counts: [] } })).toBe('no suitable node (the Swarm has none)');
});

test('demands, factors and shares have their units', () => {
  expect(demandText({ cpu: '500MHz', memory: 64 * MIB, disk: 0 })).toBe('500 MHz CPU, 64.0 MiB memory, 0 B disk');
  expect(demandText({ cpu: '0.5', memory: 0, disk: 0 })).toBe('0.5 cores of CPU, 0 B memory, 0 B disk');
  expect(factorText('falling')).toBe('falling × 0.9');
  const part = {
    resource: 'cpu' as const,
    capacity: 8,
    used: 0,
    unseen: 0,
    reserved: 0,
    free: 8,
    demand: 1,
    share: 0.125,
  };
  expect(shareText(part)).toBe('12.5 %');
  expect(shareText({ ...part, share: Number.MAX_VALUE })).toBe('–');
});
