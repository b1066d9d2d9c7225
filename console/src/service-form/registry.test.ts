import { expect, test } from 'vitest';
import { registryHeaders, registryOf } from './registry';

test.each([
  ['nginx', 'https://index.docker.io/v1/'],
  ['team/app:1', 'https://index.docker.io/v1/'],
  ['registry.example:5000/team/app:1', 'registry.example:5000'],
  ['ghcr.io/team/app@sha256:abc', 'ghcr.io'],
  ['localhost/app', 'localhost'],
])('the registry of %s is %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

test("a log-in becomes Docker's header, in letters that a header may have", () => {
  const headers = registryHeaders('ghcr.io/app', { user: 'änn', password: 'ÿÿÿ>>>???' });
  const text = headers['x-registry-auth'] ?? '';
  expect(text).toMatch(/^[A-Za-z0-9_-]+=*$/);
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  const fields: unknown = JSON.parse(new TextDecoder().decode(bytes));
  expect(fields).toEqual({ username: 'änn', password: 'ÿÿÿ>>>???', serveraddress: 'ghcr.io' });
});

test('without a log-in nothing is sent', () => {
  expect(registryHeaders('nginx', { user: '', password: 'x' })).toEqual({});
});
