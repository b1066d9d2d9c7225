import { describe, expect, it } from 'vitest';
import type { NodeDetail } from '../../api/node';
import { proposals } from './change';
import { isChange, labelChange, labelFaults, rowsOf } from './label-edits';

const node = {
  id: 'n1',
  hostname: 'edge 1',
  role: 'worker',
  leader: false,
  availability: 'active',
  instances: 2,
  tasks: 3,
} as NodeDetail;

describe('what can be done to a node', () => {
  it('offers what it is not already', () => {
    expect(proposals(node).map(({ action }) => action)).toEqual(['Pause', 'Drain', 'Promote']);
    expect(proposals({ ...node, availability: 'drain', role: 'manager' }).map(({ action }) => action)).toEqual([
      'Activate',
      'Pause',
      'Demote',
    ]);
  });

  it('says what happens to what runs there, and which command does the same', () => {
    const drain = proposals(node).find(({ action }) => action === 'Drain');
    expect(drain?.effects.join(' ')).toContain('3 tasks');
    expect(drain?.effects.join(' ')).toContain('2 instances');
    expect(drain?.command).toBe("swarm-manager node update --availability drain 'edge 1'");
    expect(drain?.change).toEqual({ availability: 'drain' });
    expect(drain?.danger).toBe(true);
  });

  it('tells the leader that another takes over', () => {
    const demote = proposals({ ...node, role: 'manager', leader: true }).find(({ action }) => action === 'Demote');
    expect(demote?.effects.join(' ')).toContain('another manager takes over');
  });
});

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
