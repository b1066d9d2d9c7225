import { describe, expect, test } from 'vitest';
import type { Service } from '../../api/service';
import { filtered, sorted } from './list';
import { cpuText, convergenceWord, demandMegahertz, demandText, portText, shortImage, stateWord } from './words';

function service(name: string, changes: Partial<Service> = {}): Service {
  return {
    name,
    id: name,
    image: 'nginx:1.27@sha256:abc',
    mode: { replicated: 3 },
    desired: 3,
    running: 3,
    demand: { cpu: '100MHz', memory: 64 * 1024 ** 2, disk: 0 },
    publish: [],
    created_unix_ms: 0,
    convergence: { state: 'converged' },
    ...changes,
  };
}

const names = (services: Service[]) => services.map((one) => one.name);
const NONE = { search: '', mode: '', status: '' };

describe('services are found by', () => {
  const all = [
    service('web', { publish: [{ target: 80, published: 8080, protocol: 'tcp', mode: 'host' }] }),
    service('db', { image: 'postgres:17', convergence: { state: 'blocked', message: '1 of 3 have no suitable node' } }),
    service('agent', { mode: 'global' }),
  ];
  test.each([
    [{}, ['web', 'db', 'agent']],
    [{ search: 'WEB' }, ['web']],
    [{ search: 'postgres' }, ['db']],
    [{ search: '8080' }, ['web']],
    [{ search: 'suitable d' }, ['db']],
    [{ search: 'web postgres' }, []],
    [{ mode: 'global' }, ['agent']],
    [{ status: 'blocked' }, ['db']],
    [{ status: 'converged', mode: 'replicated' }, ['web']],
  ])('%j', (filter, expected) => {
    expect(names(filtered(all, { ...NONE, ...filter }))).toEqual(expected);
  });
});

describe('services are sorted by', () => {
  const all = [
    service('web10', { running: 1, created_unix_ms: 30 }),
    service('web2', { created_unix_ms: 10, demand: { cpu: '500MHz', memory: 1, disk: 9 } }),
    service('db', { created_unix_ms: 20, convergence: { state: 'blocked', message: '' } }),
  ];
  test.each([
    ['name', false, ['db', 'web2', 'web10']],
    ['name', true, ['web10', 'web2', 'db']],
    ['running', false, ['web10', 'db', 'web2']],
    ['status', false, ['db', 'web2', 'web10']],
    ['cpu', true, ['web2', 'db', 'web10']],
    ['memory', false, ['web2', 'db', 'web10']],
    ['disk', true, ['web2', 'db', 'web10']],
    ['age', false, ['web10', 'db', 'web2']],
    ['nothing', false, ['db', 'web2', 'web10']],
  ])('%s, down: %s', (key, down, expected) => {
    expect(names(sorted(all, { key, down }))).toEqual(expected);
  });
});

test('words are those of the command line', () => {
  const port = { target: 80, published: 8080, protocol: 'tcp', mode: 'host' } as const;
  expect(portText(port)).toBe('*:8080->80/tcp (host)');
  expect(portText({ target: 53, protocol: 'udp', mode: 'ingress' })).toBe('*:->53/udp');
  expect(shortImage('r:5000/app:1@sha256:abc')).toBe('r:5000/app:1');
  expect(shortImage('@sha256:abc')).toBe('@sha256:abc');
  expect([cpuText('500MHz'), cpuText('0.5'), cpuText('1')]).toEqual(['500 MHz', '0.5 cores', '1 core']);
  expect(demandText({ cpu: '100MHz', memory: 64 * 1024 ** 2, disk: 0 })).toBe('100 MHz · 64.0 MiB · 0 B');
  expect([demandMegahertz({ cpu: '100MHz' }), demandMegahertz({ cpu: '0.5' })]).toEqual([100, undefined]);
  expect(stateWord('running')).toEqual({ text: 'Running', tone: 'ok' });
  expect(stateWord('preparing')).toEqual({ text: 'Preparing', tone: 'busy' });
  expect(convergenceWord(service('a', { convergence: { state: 'blocked', message: 'no room' } }))).toEqual({
    text: 'Blocked',
    tone: 'bad',
    message: 'no room',
  });
});
