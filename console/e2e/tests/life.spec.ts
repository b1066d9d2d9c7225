/** A Swarm's whole life by mouse: started, joined by nodes, used, left by one of them, ended. */

import { type Browser, expect, type Page, test } from '@playwright/test';
import { PASSWORD } from '../stage/accounts';
import { violations } from '../stage/axe';
import { Stage } from '../stage/stage';

const JOB_LIMIT_MS = 90_000;
const NAME = 'north-wing';

/** Nothing that axe-core finds on what is shown now. */
async function accessible(page: Page, what: string): Promise<void> {
  expect.soft(await violations(page), what).toEqual([]);
}

/** Waits for the end of the job whose page is shown. */
async function ended(page: Page, how: 'succeeded' | 'failed'): Promise<void> {
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f]{12}$/);
  const state = page.locator('.page-head').getByText(/succeeded|failed|cancelled/);
  await expect(state).toHaveText(how, { timeout: JOB_LIMIT_MS });
}

async function startSwarm(page: Page, stage: Stage): Promise<void> {
  await page.goto('/login');
  await expect(page.getByText('host is in no Swarm')).toBeVisible();
  const token = await stage.setUpToken();
  await page.goto(`/setup#${token}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Start a Swarm' })).toBeVisible();
  expect(page.url()).not.toContain(token);
  await accessible(page, 'the page that starts a Swarm');
  await page.getByLabel('Advertise address').fill('no-such-interface');
  await page.getByRole('button', { name: 'Start the Swarm' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  const { nodes } = JSON.parse(await stage.lab('status', '--format', 'json')) as { nodes: { address: string }[] };
  await page.getByLabel('Advertise address').fill(nodes[0]?.address ?? '');
  await page.getByLabel('Name of the Swarm').fill(NAME);
  await page.getByRole('button', { name: 'Start the Swarm' }).click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD, { timeout: 30_000 });
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeAttached();
}

async function joinNodes(page: Page, stage: Stage): Promise<void> {
  await page.getByRole('link', { name: 'Swarm', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Swarm ${NAME}` })).toBeVisible();
  await page.getByRole('link', { name: 'Join nodes' }).click();
  const inventory = await stage.lab('inventory', '--auth', 'password');
  const file = { name: 'site.json', mimeType: 'application/json', buffer: Buffer.from(inventory) };
  await page.getByLabel('Inventory file').setInputFiles(file);
  await page.getByRole('button', { name: 'Check the nodes' }).click();
  await expect(page.getByText('New host keys')).toBeVisible({ timeout: 30_000 });
  await accessible(page, 'nodes that were checked');
  const { password } = (JSON.parse(inventory) as { nodes: { password: string }[] }).nodes[0] ?? { password: '?' };
  await expect(page.getByRole('region', { name: 'Nodes that are to join' })).not.toContainText(password);
  const join = page.getByRole('button', { name: /^Join 0 of 2 nodes/ });
  await expect(join).toHaveAttribute('aria-disabled', 'true');
  await page.getByLabel('Accept all 2').check();
  await page.getByRole('button', { name: 'Join 2 nodes' }).click();
  await expect(page).toHaveURL(/\/jobs\//);
  await page.reload();
  await ended(page, 'succeeded');
  await accessible(page, 'a job that ended');
  expect(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))).not.toContain(
    password,
  );
}

async function sendImages(page: Page, stage: Stage): Promise<void> {
  await page.goto('/images');
  const source = stage.image('busybox');
  await page.getByRole('button', { name: `Push ${source}:latest` }).click();
  const target = stage.image('mine/busybox:2');
  await page.getByLabel('Name to push it by').fill(target);
  await accessible(page, 'the dialog that pushes an image');
  await page.getByRole('dialog').getByRole('button', { name: 'Push' }).click();
  await ended(page, 'succeeded');
  await expect(page.getByText(/its digest is sha256:/)).toBeVisible();
  await page.goto('/images');
  await page.getByRole('button', { name: `To nodes ${target}` }).click();
  await page.getByRole('dialog').getByText('Some', { exact: true }).click();
  await page.getByRole('dialog').getByLabel('ap2').check();
  await accessible(page, 'the dialog that sends an image to nodes');
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await ended(page, 'succeeded');
  expect(await stage.lab('docker', 'ap2', '--', 'image', 'ls', '-q', target)).not.toBe('');
}

async function drainAndRemove(page: Page, stage: Stage): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await page.getByLabel('Select ap2').check();
  await page.getByLabel('Select ap3').check();
  await accessible(page, 'nodes that are selected');
  const selected = page.getByRole('group', { name: 'Nodes that are selected' });
  await selected.getByRole('button', { name: 'Drain' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click();
  await ended(page, 'succeeded');
  expect((await stage.docker('node', 'inspect', 'ap3', '--format', '{{.Spec.Availability}}')).trim()).toBe('drain');
  await page.goto('/nodes/ap3');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('swarm-manager node rm ap3');
  await accessible(page, 'the dialog that removes a node');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await ended(page, 'succeeded');
  expect(await stage.docker('node', 'ls', '--format', '{{.Hostname}}')).not.toContain('ap3');
}

async function showTokens(page: Page, stage: Stage): Promise<void> {
  await page.goto('/swarm');
  const token = (await stage.docker('swarm', 'join-token', '-q', 'worker')).trim();
  await expect(page.getByText(token)).toHaveCount(0);
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByText(token, { exact: true }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Rotate the token for workers' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await expect(page.getByText(token, { exact: true })).toHaveCount(0);
  const anew = (await stage.docker('swarm', 'join-token', '-q', 'worker')).trim();
  await expect(page.getByText(anew, { exact: true }).first()).toBeVisible();
}

async function endSwarm(page: Page, stage: Stage): Promise<void> {
  await page.getByRole('button', { name: 'End the Swarm …' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('2 nodes would leave');
  await accessible(page, 'the plan of the end');
  await expect(dialog.getByRole('button', { name: 'End the Swarm' })).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByLabel(/^Type/).fill(NAME);
  await dialog.getByRole('button', { name: 'End the Swarm' }).click();
  await ended(page, 'succeeded');
  await expect(page.getByText('No Swarm any more.')).toBeVisible({ timeout: 20_000 });
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'No Swarm here' })).toBeVisible();
  await accessible(page, 'a manager without a Swarm');
  for (const node of ['ap1', 'ap2', 'ap3']) {
    const state = await stage.lab('docker', node, '--', 'info', '--format', '{{.Swarm.LocalNodeState}}');
    expect(state.trim(), node).toBe('inactive');
  }
}

async function pageOn(browser: Browser, stage: Stage): Promise<Page> {
  const context = await browser.newContext({ baseURL: stage.url, ignoreHTTPSErrors: true });
  return context.newPage();
}

test('a Swarm is started, joined, used and ended in the browser', async ({ browser }) => {
  test.setTimeout(300_000);
  const stage = await Stage.startBare('e2e-life', 3);
  try {
    const page = await pageOn(browser, stage);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
    await test.step('start', () => startSwarm(page, stage));
    await test.step('join', () => joinNodes(page, stage));
    await test.step('send images', () => sendImages(page, stage));
    await test.step('drain and remove', () => drainAndRemove(page, stage));
    await test.step('tokens', () => showTokens(page, stage));
    await test.step('end', () => endSwarm(page, stage));
    expect(faults).toEqual([]);
  } finally {
    await stage.end();
  }
});
