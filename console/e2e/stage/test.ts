/** Playwright's `test` with a stage to play on, and pages of people who are logged in. */

import { type APIRequestContext, expect, type Page, test as base } from '@playwright/test';
import { api, type Cookies, makeAccounts, type Role, setUp } from './accounts';
import { Stage } from './stage';

interface Worker {
  stage: Stage;
  /** The set-up link's token, which was used. */
  usedToken: string;
  cookies: Record<Role, Cookies>;
}

interface Each {
  /** A page of somebody of that role. What a page writes to the console as an error fails the test. */
  pageOf: (role: Role, options?: { phone?: boolean; dark?: boolean }) => Promise<Page>;
  /** The API as somebody of that role calls it from a browser's session. */
  apiOf: (role: Role) => Promise<APIRequestContext>;
}

const PHONE = { width: 390, height: 844 };
/** A refusal that a test provokes is written by the browser itself. */
const REFUSED = /the server responded with a status of|net::ERR_/;

export const test = base.extend<Each, { world: Worker }>({
  world: [
    async ({ browser }, use) => {
      const stage = await Stage.start('e2e', 3);
      try {
        const usedToken = await setUp(stage, browser);
        await use({ stage, usedToken, cookies: await makeAccounts(stage) });
      } finally {
        await stage.end();
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],

  pageOf: async ({ browser, world }, use) => {
    const errors: string[] = [];
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (role, options = {}) => {
      const context = await browser.newContext({
        baseURL: world.stage.url,
        ignoreHTTPSErrors: true,
        storageState: world.cookies[role],
        colorScheme: options.dark === true ? 'dark' : 'light',
        ...(options.phone === true ? { viewport: PHONE, hasTouch: true, isMobile: true } : {}),
      });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error' && !REFUSED.test(message.text()))
          errors.push(`${page.url()}: ${message.text()}`);
      });
      return page;
    });
    for (const context of contexts) await context.close();
    expect(errors, 'what pages wrote to the console as errors').toEqual([]);
  },

  apiOf: async ({ world }, use) => {
    const contexts: APIRequestContext[] = [];
    await use(async (role) => {
      const context = await api(world.stage, world.cookies[role]);
      contexts.push(context);
      return context;
    });
    for (const context of contexts) await context.dispose();
  },
});

export { expect };
