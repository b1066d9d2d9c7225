import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { variable } from './stage/programs';

/** Debian's, unless another is named. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export default defineConfig({
  // One lab, one manager: tests take turns.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  outputDir: join(variable('SWARMMANAGER_E2E_OUTPUT'), 'results'),
  reporter: [['list']],
  use: {
    // The manager's own certificate is signed by nobody.
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'e2e', testDir: 'tests' },
    { name: 'pictures', testDir: 'pictures' },
    { name: 'bench', testDir: 'bench' },
  ],
});
