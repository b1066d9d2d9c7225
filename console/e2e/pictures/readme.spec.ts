/** The README's pictures, of the real thing: real nodes, simulated ones beside them, services of several kinds. */

import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../stage/test';
import type { Stage } from '../stage/stage';

const FOLDER = join(import.meta.dirname, '../../../docs/pictures');
const CROWD = 9;
/** The form fills its page: with it, a file of the usual size would come close to 200 kB. */
const FORM_SIZE = { width: 1280, height: 800 };

/** Services of a building's access points. */
const SERVICES: [string, string[]][] = [
  ['camera', ['--replicas', '4', '--cpu', '300MHz', '--memory', '48m']],
  ['sensor', ['--replicas', '8', '--cpu', '60MHz', '--memory', '16m']],
  ['web', ['--replicas', '3', '--cpu', '120MHz', '--memory', '32m']],
];

/** Zones, so that there are labels to see and to filter by. */
const ZONES = ['north', 'south', 'hall'];

async function furnish(stage: Stage): Promise<void> {
  for (const [name, demand] of SERVICES) {
    await stage.client('service', 'create', '--name', name, ...demand, stage.image('busybox'), 'sleep', '9999');
  }
  const nodes = (await stage.docker('node', 'ls', '--format', '{{.Hostname}}')).trim().split('\n');
  for (const [at, node] of nodes.entries()) {
    await stage.docker('node', 'update', '--label-add', `zone=${ZONES[at % ZONES.length]}`, node);
  }
}

async function take(page: Page, name: string): Promise<void> {
  // What moves has moved for a while, so that charts have a past.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

test('the pictures', async ({ pageOf, world }) => {
  test.setTimeout(300_000);
  const { stage } = world;
  const crowd = stage.inBackground('crowd', '--nodes', String(CROWD));
  await expect
    .poll(async () => (await stage.docker('node', 'ls', '-q')).trim().split('\n').length, { timeout: 60_000 })
    .toBe(3 + CROWD);
  await stage.waitForAgents();
  await furnish(stage);
  const load = stage.inBackground('load', 'ap2', '--cpu', '45%', '--for', '240s');
  const busy = (await stage.docker('service', 'ps', '--format', '{{.Node}}', 'web-0')).trim();
  const node = (await stage.docker('node', 'inspect', busy, '--format', '{{.ID}}')).trim();
  for (const dark of [false, true]) {
    const look = dark ? 'dark' : 'light';
    const page = await pageOf('admin', { dark });
    await page.goto(`/nodes/${node}`);
    await expect(page.getByRole('figure', { name: /^CPU/ }).locator('canvas')).toBeVisible();
    // A chart of the last 60 seconds, most of which has been measured.
    await page.waitForTimeout(dark ? 1_500 : 45_000);
    await take(page, `node-${look}`);

    await page.goto('/');
    await expect(page.getByRole('meter', { name: 'CPU' }).first()).toBeVisible();
    await page.waitForTimeout(3_000);
    await take(page, `overview-${look}`);

    await page.setViewportSize(FORM_SIZE);
    await page.goto('/create');
    await page.getByLabel('Name', { exact: true }).fill('gateway');
    await page.getByLabel('Image', { exact: true }).fill(stage.image('busybox'));
    await page.getByLabel('Instances').first().fill('2');
    await page.getByLabel('CPU', { exact: true }).first().fill('400MHz');
    await page.getByLabel('Memory', { exact: true }).first().fill('96m');
    const scores = page.getByRole('region', { name: 'Where it would go now' });
    await expect(scores.getByText('edge-001').first()).toBeVisible();
    await page.waitForTimeout(1_000);
    await take(page, `create-${look}`);
  }
  const phone = await pageOf('admin', { phone: true });
  await phone.goto('/');
  await expect(phone.getByRole('meter', { name: 'CPU' }).first()).toBeVisible();
  await phone.waitForTimeout(3_000);
  await take(phone, 'phone');
  await load.end('SIGTERM');
  await crowd.end('SIGTERM');
});
