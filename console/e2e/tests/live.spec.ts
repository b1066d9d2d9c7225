/** What moves: load shows, and a manager that dies is missed and found again. */

import type { Page } from '@playwright/test';
import { heightOfCurve } from '../stage/curve';
import { expect, test } from '../stage/test';

/** From the load's first moment, by the kernel's word, to the eye: two seconds, and as much again for a busy machine. */
const VISIBLE_LIMIT_MS = 4_000;
/** What a load of four fifths adds at the least, in percent of the node, while other programs keep the machine busy. */
const ADDED = 20;
const RETURN_LIMIT_MS = 30_000;

/** The CPU that the overview shows of a node, in percent. */
async function cpuOf(page: Page, hostname: string): Promise<number> {
  const meter = page.getByRole('row', { name: hostname }).getByRole('meter', { name: 'CPU' });
  return Number(await meter.getAttribute('aria-valuenow'));
}

test('load shows on the overview while one looks', async ({ pageOf, world }) => {
  const page = await pageOf('viewer');
  await page.goto('/');
  await page
    .getByRole('button', { name: 'Rows' })
    .or(page.getByRole('radio', { name: 'Rows' }))
    .first()
    .click();
  await expect.poll(() => cpuOf(page, 'ap2')).toBeLessThan(40);
  const quiet = await cpuOf(page, 'ap2');
  const load = await world.stage.load('ap2', '80%');
  await expect
    .poll(() => cpuOf(page, 'ap2'), { timeout: VISIBLE_LIMIT_MS, intervals: [50] })
    .toBeGreaterThan(quiet + ADDED);
  await load.end('SIGTERM');
});

test('load shows on a chart of the node while one looks', async ({ pageOf, world }) => {
  const page = await pageOf('viewer');
  await page.goto('/');
  await page.getByRole('link', { name: 'ap3' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'ap3' })).toBeVisible();
  const chart = page.getByRole('figure', { name: /^CPU/ });
  await expect(chart.locator('canvas')).toBeVisible();
  // An idle node's curve lies on the axis, where it has no height.
  const latest = () => heightOfCurve(chart, '--cpu', 0.97, 1);
  const load = await world.stage.load('ap3', '90%');
  const rise = async () => (await latest()) - (await heightOfCurve(chart, '--cpu', 0.7, 0.9));
  await expect.poll(rise, { timeout: VISIBLE_LIMIT_MS, intervals: [50] }).toBeGreaterThan(ADDED / 100);
  await load.end('SIGTERM');
});

test('a manager that is killed is missed and, when it is back, found again', async ({ pageOf, world }) => {
  const page = await pageOf('operator');
  await page.goto('/');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const bar = page.getByRole('status').filter({ hasText: 'No connection to the manager' });
  await expect(bar).toBeHidden();
  const node = page.getByText('ap2', { exact: true }).first();
  await expect(node).toBeVisible();

  await world.stage.killManager();
  await expect(bar).toBeVisible();
  await expect(node, 'what was known stays').toBeVisible();
  world.stage.startManager();
  await expect(bar).toBeHidden({ timeout: RETURN_LIMIT_MS });
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await world.stage.waitForAgents();
  await expect(page, 'the session outlives the process').not.toHaveURL(/login/);
});
