import { flushSync } from 'svelte';
import { describe, expect, test } from 'vitest';
import { render } from '../../../tests/render';
import type { NodeVerdict, Outlook, Part, PlacedInstance, Resource, Term } from './explanation';
import ScoreTable from './ScoreTable.svelte';

const MIB = 1024 ** 2;

function part(resource: Resource, capacity: number, used: number, demand: number, unseen = 0): Part {
  const free = capacity - used - unseen;
  return { resource, capacity, used, unseen, reserved: capacity / 4, free, demand, share: demand / free };
}

function candidate(number: number, score: number): NodeVerdict {
  const parts = [
    part('cpu', 1000, 200, 100),
    part('memory', 512 * MIB, 192 * MIB, 64 * MIB),
    part('disk', 2048 * MIB, 0, 0),
  ];
  return { node: `n${number}`, hostname: `ap${number}`, verdict: { kind: 'candidate', score }, parts };
}

function out(number: number): NodeVerdict {
  const reasons = [{ kind: 'not-ready' as const, status: 'down' }, { kind: 'no-reports' as const }];
  return { node: `n${number}`, hostname: `ap${number}`, verdict: { kind: 'out', reasons }, parts: [] };
}

/** As a policy that looks ahead and adds things up has it. */
function foreseen(number: number, score: number, outlook: Outlook[], terms: Term[]): NodeVerdict {
  return { ...candidate(number, score), outlook, terms };
}

function expected(resource: Resource, capacity: number, mean: number, deviation: number, risk = 0): Outlook {
  return { resource, capacity, instance: mean / 4, mean, deviation, risk };
}

function decision(nodes: NodeVerdict[], policy = 'availability'): PlacedInstance {
  return {
    instance: 0,
    outcome: { kind: 'placed', node: 'n1', hostname: 'ap1' },
    explanation: {
      policy,
      demand: { cpu: '100MHz', memory: 64 * MIB, disk: 0 },
      constraints: ['node.role==worker'],
      nodes,
    },
  };
}

const texts = (root: HTMLElement, selector: string) =>
  [...root.querySelectorAll(selector)].map((element) => element.textContent?.replace(/\s+/g, ' ').trim());

function press(root: HTMLElement, label: string): void {
  const button = [...root.querySelectorAll('button')].find((one) => one.textContent?.includes(label));
  button?.click();
  flushSync();
}

describe('the score table', () => {
  test('has the winner with its mark, the score and its parts', () => {
    const root = render(ScoreTable, {
      placed: decision([candidate(1, 0.325), candidate(2, 0.5)]),
      winner: 'would win',
    });
    expect(texts(root, 'tbody th')).toEqual(['ap1 would win', 'ap2']);
    expect(texts(root, '.score')).toEqual(['0.3250', '0.5000']);
    expect(texts(root, '.chosen .share')).toEqual(['12.5 % of CPU', '20.0 % of Memory', '0.0 % of Disk']);
    expect(texts(root, '.chosen .free')[0]).toBe('of 800 MHz free');
    expect(root.textContent).toContain(
      'Policy availability; asked for 100 MHz CPU, 64.0 MiB memory, 0 B disk; node.role==worker.',
    );
  });

  test('says why a node is out, with all reasons', () => {
    const root = render(ScoreTable, { placed: decision([candidate(1, 0.3), out(2)]) });
    expect(root.textContent).toContain('1 node out');
    expect(texts(root, '.out .reasons li')).toEqual(['down', 'no reports from its agent']);
  });

  test('says so where no node could take it', () => {
    const unplaced = { ...decision([out(1), out(2)]), outcome: { kind: 'unplaced' as const, reason: { counts: [] } } };
    const root = render(ScoreTable, { placed: unplaced });
    expect(root.textContent).toContain('No node could take it.');
    expect(root.querySelector('.chosen')).toBeNull();
  });

  test('shows what was placed a moment ago apart from what was measured', () => {
    const fresh = candidate(1, 0.3);
    fresh.parts[0] = part('cpu', 1000, 200, 100, 100);
    const root = render(ScoreTable, { placed: decision([fresh]) });
    expect(root.textContent).toContain('placed a moment ago, not measured yet');
    root.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    flushSync();
    expect(texts(root, 'td:nth-of-type(2) dt')).toEqual([
      'Capacity',
      'Used',
      'Just placed',
      'Reserved',
      'Free',
      'Asked for',
    ]);
    expect(texts(root, 'td:nth-of-type(2) dd')).toEqual([
      '1.00 GHz',
      '200 MHz',
      '100 MHz',
      '250 MHz',
      '700 MHz',
      '100 MHz',
    ]);
  });

  test('of hundreds of nodes shows the best until all are asked for', () => {
    const nodes = [
      ...Array.from({ length: 30 }, (_, index) => candidate(index + 1, index)),
      ...Array.from({ length: 20 }, (_, index) => out(index + 300)),
    ];
    const root = render(ScoreTable, { placed: decision(nodes) });
    expect(root.querySelectorAll('.score')).toHaveLength(12);
    press(root, 'All 30 that could take it');
    expect(root.querySelectorAll('.score')).toHaveLength(30);
    press(root, 'All 20 that are out');
    expect(root.querySelectorAll('.out')).toHaveLength(20);
    press(root, 'Only the best 12');
    expect(root.querySelectorAll('.score')).toHaveLength(12);
  });

  test('of a policy that looks ahead has what is expected, the risk and the addends', () => {
    const busy = foreseen(
      1,
      0.0515,
      [
        expected('cpu', 2000, 820, 240, 0.001),
        expected('memory', 512 * MIB, 256 * MIB, 0, 0.0004),
        expected('disk-io', 80 * MIB, 2 * MIB, 3 * MIB),
      ],
      [
        { name: 'overload risk', value: 0.001 },
        { name: 'unserved', value: 1e-9 },
        { name: 'same service', value: 0.1 },
        { name: 'affinity', value: -0.05 },
      ],
    );
    const root = render(ScoreTable, { placed: decision([busy, out(2)], 'headroom') });
    expect(texts(root, 'thead th')).toEqual(['Node', 'Score', 'CPU', 'Memory', 'Disk I/O', 'Sum of']);
    expect(texts(root, '.score')).toEqual(['0.051500']);
    expect(texts(root, '.expected')).toEqual(['41 % ± 12 % of CPU', '50 % ± 0 % of Memory', '3 % ± 4 % of Disk I/O']);
    expect(texts(root, '.risk')).toEqual(['risk 0.1 %']);
    expect(texts(root, '.sum li')).toEqual(['+0.001000 overload risk', '+0.100000 same service', '−0.050000 affinity']);
    expect(root.querySelector<HTMLElement>('.deviation')?.style.cssText).toBe('left: 29%; width: 24%;');
    expect(root.querySelector('.reasons')?.getAttribute('colspan')).toBe('4');
    root.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    flushSync();
    expect(texts(root, 'td:nth-of-type(4) dd')).toEqual([
      '80.0 MiB/s',
      '512 KiB/s',
      '2.00 MiB/s',
      '3.00 MiB/s',
      '0.0 %',
    ]);
  });

  test('of another policy has the score alone', () => {
    const root = render(ScoreTable, { placed: decision([candidate(1, 1_048_578), out(2)], 'spread') });
    expect(texts(root, 'thead th')).toEqual(['Node', 'Score', 'Why it is out']);
    expect(texts(root, '.score')).toEqual(['1048578']);
    expect(root.querySelector('input')).toBeNull();
    expect(root.querySelector('.legend')).toBeNull();
    expect(texts(root, '.out .reasons li')).toEqual(['down', 'no reports from its agent']);
  });

  test('says when the journal has no numbers', () => {
    const bare: PlacedInstance = { instance: 0, outcome: { kind: 'placed', node: 'n1', hostname: 'ap1' } };
    const root = render(ScoreTable, { placed: bare, winner: 'chosen' });
    expect(root.textContent).toBe('The journal has no numbers for it.');
  });
});
