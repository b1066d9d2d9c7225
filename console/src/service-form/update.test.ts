import { describe, expect, test } from 'vitest';
import type { ServiceDetail } from '../api/service';
import { formOf, isEmpty, readUpdate, type UpdateForm } from './update';

const MIB = 1024 ** 2;

const DETAIL: ServiceDetail = {
  name: 'web',
  id: 's0',
  image: 'nginx:1.27@sha256:abc',
  mode: { replicated: 2 },
  desired: 2,
  running: 2,
  demand: { cpu: '100MHz', memory: 64 * MIB, disk: 64 * MIB },
  publish: [],
  created_unix_ms: 0,
  convergence: { state: 'converged' },
  instances: [],
  labels: { team: 'edge', plain: '' },
  constraints: ['node.role==worker'],
  specs: [
    {
      TaskTemplate: {
        ContainerSpec: { Args: ['-g', 'daemon off;'], Env: ['A=1', 'B=2'] },
        Resources: { Limits: { NanoCPUs: 500_000_000, MemoryBytes: 128 * MIB } },
      },
    },
  ],
};

function update(changes: Partial<UpdateForm>) {
  const before = formOf(DETAIL);
  return readUpdate(before, { ...before, ...changes });
}

test('the form shows what the service is', () => {
  expect(formOf(DETAIL)).toEqual({
    image: 'nginx:1.27',
    cpu: '100MHz',
    memory: '64m',
    disk: '64m',
    limitCpu: '0.5',
    limitMemory: '128m',
    limitPids: '',
    args: "-g 'daemon off;'",
    env: ['A=1', 'B=2'],
    labels: ['team=edge', 'plain'],
    constraints: ['node.role==worker'],
    force: false,
  });
  expect(formOf({ ...DETAIL, specs: [] })).toMatchObject({ args: '', env: [], limitCpu: '' });
});

describe('only what differs is sent', () => {
  test('nothing', () => {
    const { update: nothing, errors } = update({});
    expect([isEmpty(nothing), errors]).toEqual([true, {}]);
  });

  test.each<[Partial<UpdateForm>, object]>([
    [{ image: 'nginx:1.28' }, { image: 'nginx:1.28' }],
    [{ memory: '128m' }, { demand: { memory: 128 * MIB } }],
    [{ limitCpu: '', limitPids: '50' }, { limits: { cpu: '0', pids: 50 } }],
    [{ args: '' }, { args: [] }],
    [{ args: '-g "daemon on;"' }, { args: ['-g', 'daemon on;'] }],
    [{ env: ['A=1', 'B=3', 'C='] }, { env_add: ['B=3', 'C='] }],
    [{ env: ['B=2', ''] }, { env_remove: ['A'] }],
    [{ labels: ['team=core', 'new'] }, { labels_add: { team: 'core', new: '' }, labels_remove: ['plain'] }],
    [{ constraints: [] }, { constraints_remove: ['node.role==worker'] }],
    [
      { constraints: ['node.role==manager'] },
      { constraints_add: ['node.role==manager'], constraints_remove: ['node.role==worker'] },
    ],
    [{ force: true }, { force: true }],
  ])('%j', (changes, expected) => {
    expect(update(changes)).toEqual({ update: expected, errors: {} });
  });
});

test.each<[string, Partial<UpdateForm>]>([
  ['image', { image: '' }],
  ['memory', { memory: 'much' }],
  ['limitPids', { limitPids: '-1' }],
  ['args', { args: "'" }],
  ['env.0', { env: ['A'] }],
  ['labels.1', { labels: ['a=1', 'swarmmanager.x=1'] }],
  ['constraints.0', { constraints: ['zone'] }],
])('what is wrong stands beside %s', (path, changes) => {
  expect(Object.keys(update(changes).errors)).toEqual([path]);
});
