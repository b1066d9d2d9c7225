import { describe, expect, test } from 'vitest';
import {
  parseBytes,
  parseCpu,
  parseDuration,
  parseFileMode,
  parseWhole,
  spellBytes,
  spellDuration,
  spellFileMode,
} from './quantity';
import { splitWords } from './words';

const MIB = 1024 ** 2;

describe('CPU', () => {
  test.each([
    ['0.5', '0.5'],
    ['2', '2'],
    ['500MHz', '500MHz'],
    [' 500 mhz ', '500MHz'],
    ['1.2GHz', '1200MHz'],
    ['0', '0'],
  ])('%s is %s', (text, value) => {
    expect(parseCpu(text)).toEqual({ ok: true, value });
  });

  test.each(['', 'MHz', '-1', '1 core', 'inf', 'NaN', '1e3', '1.2.3', '20000GHz'])('%j is refused', (text) => {
    expect(parseCpu(text)).toMatchObject({ ok: false, error: expect.stringContaining('such as 500MHz') as string });
  });

  test('megahertz without their unit are told from cores', () => {
    expect(parseCpu('2000')).toEqual({
      ok: false,
      error: 'No node has 2000 cores; megahertz want their unit, such as 2000MHz.',
    });
  });
});

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['12', 12],
    ['64m', 64 * MIB],
    ['64M', 64 * MIB],
    ['64MB', 64 * MIB],
    ['64 MiB', 64 * MIB],
    ['1g', 1024 * MIB],
    ['1.5g', 1536 * MIB],
    ['32k', 32 * 1024],
  ])('%s is %d bytes', (text, value) => {
    expect(parseBytes(text)).toEqual({ ok: true, value });
  });

  test.each(['', 'm', '-1m', '1x', '1.2.3m', '9999999p', 'NaN', '1e9'])('%j is refused', (text) => {
    expect(parseBytes(text)).toMatchObject({ ok: false, error: expect.stringContaining('such as 64m') as string });
  });

  test.each([0, 12, 1500, 1024, 64 * MIB, 1536 * MIB, 5 * 1024 ** 4, 1024 ** 2 + 1])(
    '%d is spelled exactly',
    (bytes) => {
      expect(parseBytes(spellBytes(bytes))).toEqual({ ok: true, value: bytes });
    },
  );

  test('the spelling is short', () => {
    expect([64 * MIB, 1024 ** 3, 1500].map(spellBytes)).toEqual(['64m', '1g', '1500']);
  });
});

describe('durations', () => {
  test.each([
    ['0', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['1m30s', 90_000],
    ['1h0m0s', 3_600_000],
  ])('%s is %d ms', (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  test.each(['', '30', 's', '-5s', '1 minute', 'PT5S', '1d', '5x'])('%j is refused', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, error: expect.stringContaining('such as 30s') as string });
  });

  test.each([0, 1, 999, 1000, 90_000, 3_600_000, 3_661_001])('%d ms are spelled exactly', (ms) => {
    expect(parseDuration(spellDuration(ms))).toEqual({ ok: true, value: ms });
  });
});

test('whole numbers have bounds that the error names', () => {
  expect(parseWhole('1000', 0, 1000, 'number')).toEqual({ ok: true, value: 1000 });
  for (const text of ['', '-1', '1001', '1.5', '1e3', 'x']) {
    expect(parseWhole(text, 0, 1000, 'number')).toEqual({ ok: false, error: 'Write a number from 0 to 1000.' });
  }
});

test('permission bits are octal where they begin with 0', () => {
  expect(parseFileMode('0444')).toEqual({ ok: true, value: 0o444 });
  expect(parseFileMode('0o400')).toEqual({ ok: true, value: 0o400 });
  expect(parseFileMode('292')).toEqual({ ok: true, value: 0o444 });
  expect(spellFileMode(0o440)).toBe('0440');
  for (const text of ['0888', '99999', 'rw-r--r--', '']) expect(parseFileMode(text).ok).toBe(false);
});

describe('command lines', () => {
  test.each([
    ['', []],
    ['httpd -f', ['httpd', '-f']],
    [`sh -c 'a "b" c'`, ['sh', '-c', 'a "b" c']],
    ['a"b c"d \\  x\\ y', ['ab cd', ' ', 'x y']],
    [`"a\\"b\\n" ''`, ['a"b\\n', '']],
  ])('%s', (text, value) => {
    expect(splitWords(text)).toEqual({ ok: true, value });
  });

  test('an open quotation mark and a lone backslash are refused', () => {
    expect(splitWords("a 'b")).toMatchObject({ ok: false, error: 'A quotation mark is not closed.' });
    expect(splitWords('a \\').ok).toBe(false);
  });
});
