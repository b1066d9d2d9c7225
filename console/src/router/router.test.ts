import { beforeEach, describe, expect, it } from 'vitest';
import { router } from './router.svelte';
import { match, to } from './routes';

describe('routes', () => {
  it.each([
    ['/', 'overview', {}],
    ['/nodes/node-1', 'node', { node: 'node-1' }],
    ['/services/', 'services', {}],
    ['/services/web', 'service', { service: 'web' }],
    ['/decisions/17', 'decision', { id: '17' }],
    ['/swarm', 'swarm', {}],
    ['/swarm/join', 'join', {}],
    ['/images', 'images', {}],
    ['/jobs', 'jobs', {}],
    ['/jobs/3f9c0a51d2e7', 'job', { id: '3f9c0a51d2e7' }],
    ['/settings/users', 'settings', { section: 'users' }],
    ['/nodes', 'missing', {}],
    ['/nodes/%zz', 'missing', {}],
    ['/services/web/more', 'missing', {}],
  ])('%s shows %s', (path, page, params) => expect(match(path)).toEqual({ page, params }));

  it('brings every name back as it was', () => {
    for (const name of ['web', 'a b', 'x/y', '100%', 'ü?#']) {
      expect(match(to.service(name)).params.service).toBe(name);
      expect(match(to.node(name)).params.node).toBe(name);
    }
  });
});

describe('router', () => {
  beforeEach(() => router.go('/', { replace: true }));
  router.start();

  // Whatever the router leaves alone goes no further: there is nothing behind these links.
  window.addEventListener('click', (event) => event.preventDefault());

  function click(html: string, init: MouseEventInit = {}): boolean {
    document.body.innerHTML = html;
    const target = document.querySelector('[data-target]') ?? document.querySelector('a');
    return (
      target?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, button: 0, ...init })) ?? true
    );
  }

  it('follows links without loading the page anew', () => {
    expect(click('<a href="/services/web"><span data-target>web</span></a>')).toBe(false);
    expect(router.route).toEqual({ page: 'service', params: { service: 'web' } });
    expect(location.pathname).toBe('/services/web');
  });

  it.each([
    ['another site', '<a href="https://example.org/services">x</a>', {}],
    ['the API', '<a href="/api/v1/nodes">x</a>', {}],
    ['a part of the page', '<a href="#content">x</a>', {}],
    ['another tab', '<a href="/services" target="_blank">x</a>', {}],
    ['a click that wants another tab', '<a href="/services">x</a>', { ctrlKey: true }],
    ['the middle button', '<a href="/services">x</a>', { button: 1 }],
  ])('leaves %s to the browser', (_what, html, init) => {
    click(html, init);
    expect(router.route.page).toBe('overview');
  });

  it('keeps filters in the address, and leaves empty ones out', () => {
    router.setSearch({ text: 'north', role: 'manager' });
    expect(location.search).toBe('?text=north&role=manager');
    router.setSearch({ text: '' });
    expect(location.search).toBe('?role=manager');
    expect(router.search.get('role')).toBe('manager');
  });

  it('goes where the back button leads', async () => {
    router.go('/services');
    router.go('/decisions');
    const back = new Promise((resolve) => window.addEventListener('popstate', resolve, { once: true }));
    history.back();
    await back;
    expect(router.route.page).toBe('services');
  });
});
