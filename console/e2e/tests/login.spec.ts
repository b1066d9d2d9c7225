/** Coming in and going out. */

import { PASSWORD } from '../stage/accounts';
import { expect, test } from '../stage/test';

test('who is not logged in comes to the log-in page, and from there to where they wanted', async ({
  browser,
  world,
}) => {
  const context = await browser.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto('/decisions');
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  await page.getByLabel('User').fill('operator');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Decisions' })).toBeVisible();

  await page.getByRole('button', { name: /menu/ }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  await page.goto('/services');
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  await context.close();
});

test('a session that is ended elsewhere ends here at once', async ({ apiOf, browser, world }) => {
  const context = await browser.newContext({ baseURL: world.stage.url, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto('/login');
  await page.getByLabel('User').fill('viewer');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const own = await context.request.get('/api/v1/sessions');
  const { sessions } = (await own.json()) as { sessions: { id: string; current: boolean }[] };
  const current = sessions.find((session) => session.current);
  const admin = await apiOf('admin');
  expect((await admin.delete(`/api/v1/sessions/${current?.id}`)).status()).toBe(204);
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  await context.close();
});
