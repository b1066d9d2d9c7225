/** Services by mouse, confirmed by Docker's own word. */

import type { Page } from '@playwright/test';
import { Stage } from '../stage/stage';
import { expect, test } from '../stage/test';
import { until } from '../stage/wait';

const RUN_LIMIT_MS = 30_000;

/** Where Docker says that instances run, by their names. */
async function running(stage: Stage, service: string): Promise<Map<string, string>> {
  const names = (await stage.docker('service', 'ls', '--format', '{{.Name}}')).split('\n');
  const found = new Map<string, string>();
  for (const name of names.filter((name) => new RegExp(`^${service}-\\d+$`).test(name))) {
    const format = '{{.Node}} {{.CurrentState}}';
    const line = await stage.docker('service', 'ps', '--filter', 'desired-state=running', '--format', format, name);
    const [node, state] = line.trim().split(' ');
    if (node !== undefined && state === 'Running') found.set(name, node);
  }
  return found;
}

async function fillForm(page: Page, stage: Stage, name: string, instances: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Image', { exact: true }).fill(stage.image('busybox'));
  await page.getByLabel('Instances').first().fill(instances);
  await page.getByLabel('CPU', { exact: true }).first().fill('50MHz');
  await page.getByLabel('Memory', { exact: true }).first().fill('16m');
  await page.getByLabel('Disk', { exact: true }).first().fill('16m');
  await page.getByText('Container', { exact: true }).click();
  await page.getByLabel('Arguments').first().fill('sleep 9999');
}

test('a service is created by the form, scaled and removed, and Docker agrees', async ({ pageOf, world }) => {
  test.setTimeout(120_000);
  const { stage } = world;
  const page = await pageOf('operator');
  await page.goto('/services');
  await page.getByRole('link', { name: 'Create service' }).click();
  await fillForm(page, stage, 'web', '2');
  const preview = page.getByRole('region', { name: 'Where it would go now' });
  for (const node of ['ap1', 'ap2', 'ap3']) await expect(preview.getByText(node).first()).toBeVisible();
  await page.getByRole('button', { name: 'Create service' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'web' })).toBeVisible({ timeout: RUN_LIMIT_MS });
  await expect(page.getByText('2/2 running')).toBeVisible({ timeout: RUN_LIMIT_MS });
  const placed = await running(stage, 'web');
  expect([...placed.keys()].sort()).toEqual(['web-0', 'web-1']);
  const instances = page.getByRole('region', { name: 'Instances' });
  for (const [name, node] of placed) {
    await expect(instances.getByRole('row').filter({ hasText: name })).toContainText(node);
  }

  await page.getByRole('button', { name: 'Scale' }).click();
  const scale = page.getByRole('dialog');
  await scale.getByLabel('Instances').fill('3');
  await expect(scale.getByText('swarm-manager service scale web=3')).toBeVisible();
  await scale.getByRole('button', { name: 'Scale' }).click();
  await expect(page.getByText('3/3 running')).toBeVisible({ timeout: RUN_LIMIT_MS });
  expect((await running(stage, 'web')).size).toBe(3);

  await page.getByRole('button', { name: 'Remove' }).click();
  const remove = page.getByRole('dialog');
  await expect(remove.getByText('swarm-manager service rm web')).toBeVisible();
  await remove.getByRole('textbox').fill('web');
  await remove.getByRole('button', { name: 'Remove' }).click();
  await until('the services to be gone', RUN_LIMIT_MS, async () =>
    (await running(stage, 'web')).size === 0 ? true : undefined,
  );
});

test('a viewer sees everything and can do nothing, and is told why', async ({ pageOf, world }) => {
  const page = await pageOf('viewer');
  await page.goto('/create');
  await fillForm(page, world.stage, 'viewers', '1');
  const create = page.getByRole('button', { name: 'Create service' });
  await expect(create).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByText('Needs the role operator').first()).toBeAttached();
  await create.click({ force: true });
  await expect(page).toHaveURL(/\/create$/);
  const services = await world.stage.client('service', 'ls', '--format', '{{.Name}}');
  expect(services).not.toContain('viewers');
});
