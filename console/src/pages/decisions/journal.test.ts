import { expect, test } from 'vitest';
import type { Decision } from '../../api/decision';
import { NO_FILTER, passes, withNews, withOlder } from './journal';

function entry(id: number, changes: Partial<Decision> = {}): Decision {
  return { id, unix_ms: 0, action: 'place', outcome: 'done', service: 'web', summary: '', ...changes };
}

const ids = (entries: Decision[]) => entries.map((one) => one.id);

test('what happens goes to the top', () => {
  expect(ids(withNews([entry(5), entry(3)], entry(6)))).toEqual([6, 5, 3]);
  expect(ids(withNews([], entry(6)))).toEqual([6]);
});

test('an entry that is told again replaces itself and stays where it was', () => {
  const list = withNews([entry(6), entry(5, { outcome: 'planned' })], entry(5, { outcome: 'failed' }));
  expect(ids(list)).toEqual([6, 5]);
  expect(list[1]?.outcome).toBe('failed');
});

test('entries that were missed go to their place by id', () => {
  expect(ids(withNews([entry(9), entry(5)], entry(7)))).toEqual([9, 7, 5]);
});

test('an entry older than the window is not put at its end', () => {
  expect(ids(withNews([entry(9), entry(8)], entry(3)))).toEqual([9, 8]);
});

test('a watched list does not grow without end', () => {
  let list: Decision[] = [];
  for (let id = 1; id <= 1200; id += 1) list = withNews(list, entry(id));
  expect([list.length, list[0]?.id]).toEqual([1000, 1200]);
});

test('older entries come once, whatever the pages overlap', () => {
  expect(ids(withOlder([entry(5), entry(4)], [entry(4), entry(3)]))).toEqual([5, 4, 3]);
  expect(ids(withOlder([], [entry(4)]))).toEqual([4]);
});

test('news pass the filter as the manager applies it', () => {
  const placed = entry(1, { node: 'n1', hostname: 'ap1' });
  expect(passes(placed, NO_FILTER)).toBe(true);
  expect(passes(placed, { ...NO_FILTER, node: 'ap1', service: 'web', action: 'place', outcome: 'done' })).toBe(true);
  for (const filter of [{ service: 'db' }, { node: 'n2' }, { action: 'scale' }, { outcome: 'failed' }]) {
    expect(passes(placed, { ...NO_FILTER, ...filter })).toBe(false);
  }
});
