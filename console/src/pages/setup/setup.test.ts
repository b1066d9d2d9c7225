import { describe, expect, it } from 'vitest';
import { nameFault, passwordFault, repeatFault } from './account';
import { setupToken, takeToken } from './token';

describe('the set-up link', () => {
  it('leaves no token in the address', () => {
    history.replaceState(null, '', '/setup#swm_secret');
    takeToken();
    expect(location.href).not.toContain('swm_secret');
    expect(location.pathname).toBe('/setup');
    expect(setupToken()).toBe('swm_secret');
  });

  it('takes no other page’s mark for a token', () => {
    history.replaceState(null, '', '/services#content');
    takeToken();
    expect(location.hash).toBe('#content');
    expect(setupToken()).toBe('swm_secret');
  });
});

describe('an account', () => {
  it.each(['ann', '0x', 'a.b-c_d', 'a'.repeat(32)])('may be called %s', (name) =>
    expect(nameFault(name)).toBeUndefined(),
  );
  it.each(['', 'Ann', '.ann', 'ann b', 'a'.repeat(33)])('may not be called "%s"', (name) =>
    expect(nameFault(name)).toContain('small letters'),
  );

  it('has a password of 10 to 128 characters, whatever they are', () => {
    expect(passwordFault('')).toBe('Choose a password.');
    expect(passwordFault('123456789')).toContain('9 characters');
    expect(passwordFault('🔑'.repeat(10))).toBeUndefined();
    expect(passwordFault('x'.repeat(129))).toContain('at most 128');
    expect(repeatFault('a', 'b')).toBeDefined();
  });
});
