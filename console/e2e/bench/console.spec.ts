/** What the console weighs, and what it costs the browser and the manager. Measures; asserts nothing. */

import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { logIn } from '../stage/accounts';
import { cpuSecondsBelow, cpuSecondsOf } from './process';
import { variable } from '../stage/programs';
import { expect, test } from '../stage/test';
import type { Stage } from '../stage/stage';

const CROWD = 97;
const WINDOW_S = 20;
const CONSOLES = 50;
const LOADS = 5;

interface Row {
  what: string;
  figure: string;
  budget: string;
}

/** Bytes over the wire of the first page, the script's own and what it loads at once, as the browser counts them. */
async function firstLoad(page: Page): Promise<number> {
  const sizes: Promise<number>[] = [];
  const count = (size: Promise<number>) => void sizes.push(size);
  page.on('requestfinished', (request) => {
    if (!request.url().includes('/api/')) count(request.sizes().then((of) => of.responseBodySize));
  });
  await page.goto('/');
  await expect(page.getByRole('meter', { name: 'CPU' }).first()).toBeVisible();
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** From the beginning of the navigation until the nodes can be seen and searched, in milliseconds. */
async function interactive(page: Page): Promise<number> {
  await page.goto('about:blank');
  await page.goto('/');
  await page.getByRole('meter', { name: 'CPU' }).first().waitFor();
  await page.getByRole('searchbox').first().focus();
  return page.evaluate(() => performance.now());
}

async function share(seconds: () => number): Promise<number> {
  const [before, since] = [seconds(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, WINDOW_S * 1000));
  return (100 * (seconds() - before)) / ((performance.now() - since) / 1000);
}

/** Opens so many streams of a live page; gives what closes them. */
async function watch(stage: Stage, count: number): Promise<() => void> {
  const { cookies } = await (await logIn(stage, 'viewer')).storageState();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const url = `${stage.url}/api/v1/events?topic=fleet&topic=services&topic=decisions`;
  const streams = Array.from({ length: count }, () => {
    const stream = httpsRequest(url, { headers: { cookie }, rejectUnauthorized: false, agent: false });
    const open = new Promise<void>((resolve, reject) => {
      stream.once('response', (answer) => {
        answer.resume();
        answer.once('data', () => resolve());
      });
      stream.once('error', reject);
    });
    stream.end();
    return { stream, open };
  });
  await Promise.all(streams.map(({ open }) => open));
  return () => streams.forEach(({ stream }) => stream.destroy());
}

test('the console', async ({ pageOf, world }) => {
  test.setTimeout(600_000);
  const { stage } = world;
  const crowd = stage.inBackground('crowd', '--nodes', String(CROWD));
  await expect
    .poll(async () => (await stage.docker('node', 'ls', '-q')).trim().split('\n').length, { timeout: 120_000 })
    .toBe(3 + CROWD);
  await stage.waitForAgents();
  const page = await pageOf('viewer');
  const bytes = await firstLoad(page);
  const times: number[] = [];
  for (let load = 0; load < LOADS; load += 1) times.push(await interactive(page));
  times.sort((one, other) => one - other);
  const inBrowser = await share(() => cpuSecondsBelow(process.pid, 'chrom'));
  await page.close();
  const manager = () => cpuSecondsOf(stage.manager.pid);
  const alone = await share(manager);
  const unwatch = await watch(stage, CONSOLES);
  const watched = await share(manager);
  unwatch();
  await crowd.end('SIGTERM');
  const percent = (value: number) => `${value.toFixed(1)} %`;
  const rows: Row[] = [
    { what: 'first load, compressed, all but the API', figure: `${(bytes / 1000).toFixed(1)} kB`, budget: '100 kB' },
    {
      what: `interactive with ${CROWD + 3} nodes, median of ${LOADS} loads from this machine`,
      figure: `${Math.round(times[Math.floor(LOADS / 2)] ?? NaN)} ms`,
      budget: '1,000 ms',
    },
    { what: `the whole browser, overview of ${CROWD + 3} nodes`, figure: percent(inBrowser), budget: '10 %' },
    { what: `the manager, ${CROWD + 3} nodes, nobody looking`, figure: percent(alone), budget: '' },
    { what: `the manager, ${CONSOLES} consoles looking`, figure: percent(watched), budget: '' },
    { what: `what ${CONSOLES} consoles cost the manager`, figure: percent(watched - alone), budget: '5 %' },
  ];
  const table = ['| | measured | budget |', '| --- | ---: | ---: |'];
  for (const { what, figure, budget } of rows) table.push(`| ${what} | ${figure} | ${budget} |`);
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
  table.push('', `Shares are of one core, over ${WINDOW_S} s each; the machine's load average was ${load} at the end.`);
  writeFileSync(join(variable('SWARMMANAGER_E2E_OUTPUT'), 'bench.md'), `${table.join('\n')}\n`);
});
