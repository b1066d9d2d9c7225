import { describe, expect, it } from 'vitest';
import { propose, proposalsFor, type Target } from './proposals';

const node: Target = {
  id: 'n1',
  hostname: 'edge 1',
  role: 'worker',
  leader: false,
  availability: 'active',
  state: 'ready',
  instances: 2,
  tasks: 3,
};
const other: Target = { ...node, id: 'n2', hostname: 'edge2', role: 'manager', leader: true, instances: 1, tasks: 1 };

describe('what can be done to a node', () => {
  it('is what it is not already', () => {
    expect(proposalsFor(node).map(({ action }) => action)).toEqual(['Pause', 'Drain', 'Promote', 'Remove']);
    expect(proposalsFor({ ...other, availability: 'drain' }).map(({ action }) => action)).toEqual([
      'Activate',
      'Pause',
      'Demote',
      'Remove',
    ]);
  });

  it('says what happens to what runs there, and which command does the same', () => {
    const drain = propose('drain', [node]);
    expect(drain.effects.join(' ')).toContain('3 tasks');
    expect(drain.effects.join(' ')).toContain('2 instances');
    expect(drain.command).toBe("swarm-manager node drain --wait 'edge 1'");
    expect(drain.work).toEqual({ job: 'nodes/drain' });
    expect(drain.danger).toBe(true);
  });

  it('tells the leader that another takes over', () => {
    expect(propose('demote', [other]).effects.join(' ')).toContain('another manager takes over');
    expect(propose('demote', [{ ...other, leader: false }]).effects.join(' ')).not.toContain('takes over');
  });

  it('is an admin’s where a node is removed', () => {
    expect(propose('remove', [node]).role).toBe('admin');
    expect(propose('drain', [node]).role).toBe('operator');
  });
});

describe('what can be done to several nodes', () => {
  it('is one thing for all of them', () => {
    const pause = propose('pause', [node, other]);
    expect(pause.title).toBe('Pause 2 nodes?');
    expect(pause.command).toBe("swarm-manager node update --availability pause 'edge 1' edge2");
    expect(pause.effects.join(' ')).toContain('4 tasks');
    expect(pause.done).toBe('2 nodes are set to pause');
  });

  it('says which of them are demoted first, and which are down', () => {
    const remove = propose('remove', [{ ...node, state: 'down' }, other], true);
    expect(remove.effects.join(' ')).toContain('edge2 would be demoted first');
    expect(remove.effects.join(' ')).toContain('edge 1 cannot be asked');
    expect(remove.command).toBe("swarm-manager node rm --force 'edge 1' edge2");
  });

  it('does not speak of moving what runs on nodes that are all down', () => {
    const gone = propose('remove', [{ ...node, state: 'down' }]);
    expect(gone.effects.join(' ')).not.toContain('moves');
  });
});
