/** Everything by keyboard alone. */

import type { Locator, Page } from '@playwright/test';
import { PASSWORD } from '../stage/accounts';
import { expect, test } from '../stage/test';

/** Goes on by Tab until something of that role and name has the focus. */
async function tabTo(page: Page, role: string, name: string | RegExp, within: Page | Locator = page): Promise<void> {
  const wanted = within.getByRole(role as 'link', { name, exact: typeof name === 'string' }).first();
  for (let steps = 0; steps < 150; steps += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement, undefined, { timeout: 5_000 })) {
      const outline = await wanted.evaluate((element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      expect(outline, `the focus on ${String(name)} can be seen`).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${role} ${String(name)}`);
}

test('log in, create a service and remove it, without a mouse', async ({ browser, world }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto('/login');
  await expect(page.getByLabel('User')).toBeFocused();
  await page.keyboard.type('operator');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();

  await tabTo(page, 'link', 'Services');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Services' })).toBeVisible();
  await tabTo(page, 'link', 'Create service');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Create a service' })).toBeVisible();
  await tabTo(page, 'combobox', 'Image');
  await page.keyboard.type(world.stage.image('busybox'));
  await page.keyboard.press('Escape');
  await tabTo(page, 'textbox', 'Name');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('keys');
  await tabTo(page, 'button', 'Create service');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'keys' })).toBeVisible({ timeout: 30_000 });

  await tabTo(page, 'button', 'Remove');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Remove' }), 'the focus is back').toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, 'textbox', /confirm/, dialog);
  await page.keyboard.type('keys');
  await tabTo(page, 'button', 'Remove', dialog);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Services' })).toBeVisible({ timeout: 30_000 });
  await context.close();
});

test('the first Tab offers to skip to the content', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await page.goto('/services');
  await expect(page.getByRole('heading', { level: 1, name: 'Services' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});
