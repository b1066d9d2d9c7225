/** Every page in every look: no violation that axe-core finds, nothing wider than the screen. */

import type { Page } from '@playwright/test';
import { violations } from '../stage/axe';
import { expect, test } from '../stage/test';
import type { Stage } from '../stage/stage';

const LOOKS = [
  { name: 'light', dark: false, phone: false },
  { name: 'dark', dark: true, phone: false },
  { name: 'dark, phone', dark: true, phone: true },
];

/** The addresses of all pages; the first ones need no session. */
async function addresses(stage: Stage): Promise<string[]> {
  await stage.client('service', 'rm', 'shown').catch(() => '');
  const demand = ['--replicas', '2', '--cpu', '20MHz', '--memory', '8m'];
  await stage.client('service', 'create', '--name', 'shown', ...demand, stage.image('busybox'), 'sleep', '9999');
  const id = (await stage.docker('node', 'inspect', 'ap2', '--format', '{{.ID}}')).trim();
  const sections = ['account', 'users', 'tokens', 'sessions', 'manager', 'audit'].map((name) => `/settings/${name}`);
  return [
    '/',
    `/nodes/${id}`,
    '/services',
    '/services/shown',
    '/create',
    '/decisions',
    '/decisions/1',
    '/images',
    '/swarm',
    '/swarm/join',
    '/jobs',
    '/settings',
    ...sections,
  ];
}

async function settle(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
  await page.waitForLoadState('load');
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

test.describe.configure({ timeout: 150_000 });

test.describe('every page', () => {
  for (const { name, dark, phone } of LOOKS) {
    test(`is accessible and fits: ${name}`, async ({ pageOf, world }) => {
      const page = await pageOf('admin', { dark, phone });
      for (const address of await addresses(world.stage)) {
        await page.goto(address);
        await settle(page);
        expect.soft(await violations(page), `${address} (${name})`).toEqual([]);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect.soft(wider, `${address} (${name}) is wider than the screen`).toBeLessThanOrEqual(0);
      }
    });
  }
});

test('the log-in page is accessible in both themes', async ({ browser, world }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true, colorScheme });
    const page = await context.newPage();
    for (const address of ['/login', '/setup#token']) {
      await page.goto(address);
      await settle(page);
      expect.soft(await violations(page), `${address} (${colorScheme})`).toEqual([]);
    }
    await context.close();
  }
});
