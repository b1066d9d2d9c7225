import { describe, expect, it } from 'vitest';
import { duration, exact, relative } from './time';

const NOW = Date.UTC(2026, 10, 25, 18, 0, 0);
const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('relative times', () => {
  it.each([
    [0, 'just now'],
    [-3 * SECOND, 'just now'],
    [1 * SECOND, '1 second ago'],
    [59.9 * SECOND, '59 seconds ago'],
    [60 * SECOND, '1 minute ago'],
    [3 * HOUR, '3 hours ago'],
    [47 * HOUR, '47 hours ago'],
    [48 * HOUR, '2 days ago'],
    [90 * 24 * HOUR, '3 months ago'],
    [800 * 24 * HOUR, '2 years ago'],
    [-2 * HOUR, 'in 2 hours'],
  ])('%s ms back is %s', (ago, text) => expect(relative(NOW - ago, NOW)).toBe(text));

  it('never counts below nothing', () => expect(duration(-5)).toBe('0 seconds'));
});

it('says the exact time with its zone', () => {
  expect(exact(NOW + 123)).toMatch(/^2026-11-2\d \d\d:00:00\.123 UTC([+-]\d+(:\d\d)?)?$/);
});
