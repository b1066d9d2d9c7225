import { describe, expect, test } from 'vitest';
import { agentName } from './agent';
import { operationWords, statusWords } from './operation';
import { passwordError, userNameError } from './password';
import { parseSpan, spellSpan } from './span';

test('a new password is long enough, not too long, and written twice alike', () => {
  expect(passwordError('123456789', '123456789')).toContain('at least 10');
  expect(passwordError('ääääääääää', 'ääääääääää')).toBeUndefined();
  expect(passwordError('a'.repeat(129), 'a'.repeat(129))).toContain('at most 128');
  expect(passwordError('correct horse', 'correct hors')).toContain('differ');
});

test.each([
  ['anna', true],
  ['a.b-c_9', true],
  ['0', true],
  ['', false],
  ['Anna', false],
  ['-anna', false],
  ['anna smith', false],
  ['a'.repeat(33), false],
])('the name %j is right: %s', (name, isRight) => {
  expect(userNameError(name) === undefined).toBe(isRight);
});

describe('spans', () => {
  test.each([
    ['1m', 60],
    ['12h', 43_200],
    ['7D', 604_800],
    ['1d12h', 129_600],
    ['365d', 31_536_000],
  ])('%s is %d seconds', (text, value) => {
    expect(parseSpan(text)).toEqual({ ok: true, value });
    expect(parseSpan(spellSpan(value))).toEqual({ ok: true, value });
  });

  test.each(['', '12', '30s', '366d', '-1h', '1 day', '0m'])('%j is refused', (text) => {
    expect(parseSpan(text)).toMatchObject({ ok: false, error: expect.stringContaining('such as 12h') as string });
  });
});

test('browsers are known by their names', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1';
  expect([linux, phone, 'curl/8.5.0', ''].map(agentName)).toEqual([
    'Chrome on Linux',
    'Safari on iOS',
    'curl',
    'unknown',
  ]);
});

test("the audit's operations and outcomes are words", () => {
  expect(['createService', 'signIn', 'setSettings'].map(operationWords)).toEqual([
    'Create service',
    'Sign in',
    'Set settings',
  ]);
  expect([undefined, 201, 401, 403, 409, 502].map((status) => statusWords(status).text)).toEqual([
    'Under way',
    'Done',
    'Not allowed',
    'Not allowed',
    'Refused',
    'Failed',
  ]);
});
