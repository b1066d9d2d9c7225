import { describe, expect, it } from 'vitest';
import { isChange, labelChange, labelFaults, rowsOf } from './label-edits';

describe('labels', () => {
  const before = { zone: 'north', rack: '7' };

  it('sends what has changed and nothing else', () => {
    const rows = rowsOf(before).filter((row) => row.key !== 'rack');
    const zone = rows.find((row) => row.key === 'zone');
    if (zone === undefined) throw new Error('no row for zone');
    zone.value = 'south';
    rows.push({ id: 9, key: ' ssd ', value: '' }, { id: 10, key: '', value: '' });
    expect(labelChange(before, rows)).toEqual({ labels_add: { zone: 'south', ssd: '' }, labels_remove: ['rack'] });
  });

  it('sends nothing where nothing changed', () => {
    expect(isChange(labelChange(before, rowsOf(before)))).toBe(false);
  });

  it('says what is wrong beside the row', () => {
    const faults = labelFaults([
      { id: 1, key: 'zone', value: 'a' },
      { id: 2, key: 'zone', value: 'b' },
      { id: 3, key: '', value: 'c' },
      { id: 4, key: 'a b', value: 'c' },
      { id: 5, key: '', value: '' },
    ]);
    expect([...faults.keys()]).toEqual([2, 3, 4]);
  });
});
