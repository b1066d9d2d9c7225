import { describe, expect, it } from 'vitest';
import { bytes, count, megahertz, ofBytes, ofMegahertz, percent, rate, share, UNKNOWN } from './quantity';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '0.98 KiB'],
    [1536, '1.50 KiB'],
    [64 * 1024 ** 2, '64.0 MiB'],
    [999.4 * 1024 ** 2, '999 MiB'],
    [1024 ** 3, '1.00 GiB'],
    [7.8 * 1024 ** 4, '7.80 TiB'],
    [undefined, UNKNOWN],
    [null, UNKNOWN],
    [Number.NaN, UNKNOWN],
  ])('%s is %s', (value, text) => expect(bytes(value)).toBe(text));

  it('has never more than three digits, so that nothing moves while numbers do', () => {
    for (let value = 1; value < 1e15; value *= 1.37) {
      const digits = bytes(value).replace(/[^0-9]/g, '');
      expect(digits.length, bytes(value)).toBeLessThanOrEqual(3);
    }
  });

  it('says rates as bytes a second', () => expect(rate(12.5 * 1024 ** 2)).toBe('12.5 MiB/s'));
  it('says used and whole in one unit', () => expect(ofBytes(512 * 1024 ** 2, 8 * 1024 ** 3)).toBe('0.50 / 8.00 GiB'));
  it('says what is used where the whole is unknown', () => expect(ofBytes(1024, undefined)).toBe('1.00 KiB'));
  it('says the whole where nothing was read', () => expect(ofBytes(null, 1024 ** 3)).toBe(`${UNKNOWN} / 1.00 GiB`));
});

describe('CPU', () => {
  it.each([
    [0, '0 MHz'],
    [999.4, '999 MHz'],
    [999.6, '1.00 GHz'],
    [3200, '3.20 GHz'],
    [undefined, UNKNOWN],
  ])('%s MHz is %s', (value, text) => expect(megahertz(value)).toBe(text));

  it('says used and whole in one unit', () => {
    expect(ofMegahertz(420, 3200)).toBe('0.42 / 3.20 GHz');
    expect(ofMegahertz(42.4, 500)).toBe('42 / 500 MHz');
  });
});

describe('shares', () => {
  it('stays between nothing and all', () => {
    expect(share(5, 4)).toBe(1);
    expect(share(-1, 4)).toBe(0);
    expect(percent(1, 3)).toBe('33 %');
  });

  it('is unknown without a whole', () => {
    expect(share(1, 0)).toBeUndefined();
    expect(percent(1, null)).toBe(UNKNOWN);
  });
});

it('counts', () => {
  expect(count(1, 'task')).toBe('1 task');
  expect(count(0, 'task')).toBe('0 tasks');
  expect(count(2, 'entry', 'entries')).toBe('2 entries');
});
