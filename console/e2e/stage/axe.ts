/** axe-core in a page: what it finds that people with a disability would stumble over. */

import type { Page } from '@playwright/test';
import axe from 'axe-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Each violation in a line, with the elements that it is about. */
export async function violations(page: Page): Promise<string[]> {
  // What a page loads is limited by its policy; what a debugger evaluates is not.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    return (await axe.run(document, { runOnly: rules })).violations;
  }, RULES);
  return found.map(({ id, help, nodes }) => {
    const where = nodes.map((node) => `\n    ${node.target.join(' ')}: ${node.failureSummary ?? ''}`);
    return `${id}: ${help}${where.join('')}`;
  });
}
