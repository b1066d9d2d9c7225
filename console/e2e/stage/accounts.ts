/** The people of a stage: one of each role. */

import { type APIRequestContext, type Browser, expect, request } from '@playwright/test';
import type { Stage } from './stage';

export type Role = 'viewer' | 'operator' | 'admin';

export const PASSWORD = 'correct horse battery';

/** The state of a browser in which somebody is logged in. */
export type Cookies = Awaited<ReturnType<APIRequestContext['storageState']>>;

/** Makes the first account as a person does: by the link, in a browser. */
export async function setUp(stage: Stage, browser: Browser): Promise<string> {
  const token = await stage.setUpToken();
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.goto(`${stage.url}/setup#${token}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Set up the console' })).toBeVisible();
  // Nobody who looks over a shoulder, and no history, shall have it.
  await expect.poll(() => page.url()).not.toContain(token);
  await page.getByLabel('User').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.close();
  return token;
}

/** The API as a page of this console calls it, with or without somebody's cookies. */
export async function api(stage: Stage, storageState?: Cookies): Promise<APIRequestContext> {
  return request.newContext({
    baseURL: stage.url,
    ignoreHTTPSErrors: true,
    extraHTTPHeaders: { origin: stage.url, 'sec-fetch-site': 'same-origin' },
    ...(storageState === undefined ? {} : { storageState }),
  });
}

/** Logs somebody in by the API. */
export async function logIn(stage: Stage, user: string): Promise<APIRequestContext> {
  const context = await api(stage);
  const answer = await context.post('/api/v1/session', { data: { user, password: PASSWORD } });
  expect(answer.status(), await answer.text()).toBe(200);
  return context;
}

/** Makes an account of each other role, named after it, and gives the cookies of all. */
export async function makeAccounts(stage: Stage): Promise<Record<Role, Cookies>> {
  const admin = await logIn(stage, 'admin');
  for (const role of ['operator', 'viewer'] as const) {
    const answer = await admin.post('/api/v1/users', { data: { name: role, password: PASSWORD, role } });
    expect(answer.status(), await answer.text()).toBe(201);
  }
  const cookies = async (user: string) => (await logIn(stage, user)).storageState();
  return { admin: await admin.storageState(), operator: await cookies('operator'), viewer: await cookies('viewer') };
}
