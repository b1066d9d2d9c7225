import { expect, it } from 'vitest';
import { resources, resourcesOf } from './resources';

const GIB = 1024 ** 3;

it('measures a node’s three resources alike', () => {
  const node = {
    reserved_cpu_mhz: 1000,
    reserved_memory_bytes: GIB,
    reserved_disk_bytes: 0,
    cpu_capacity_mhz: 4000,
    memory_total_bytes: 8 * GIB,
  };
  const [cpu, memory, disk] = resourcesOf(node, { cpu: 1500, memory: null, disk: 2 * GIB });
  expect(cpu).toEqual({
    label: 'CPU',
    colour: 'cpu',
    used: 1500,
    reserved: 1000,
    capacity: 4000,
    text: '1.50 / 4.00 GHz',
    reservedText: '1.00 GHz',
  });
  expect(memory?.text).toBe('– / 8.00 GiB');
  expect(disk?.text).toBe('2.00 GiB');
  expect(disk?.capacity).toBeUndefined();
});

it('keeps them in one order', () => {
  const none = { cpu: 0, memory: 0, disk: 0 };
  expect(resources(none, none, none).map(({ label }) => label)).toEqual(['CPU', 'Memory', 'Disk']);
});
