/**
 * A page looked at: it is small on the way, with all that it needs; in both themes, wide and narrow, nothing sticks out and axe finds
 * nothing. Pictures are left in `test/conformance/screenshots/`, for people.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export const PICTURES = join(import.meta.dirname, '../conformance/screenshots');

/** `PICTURES=all` has all four. */
const LOOKS = (
  [
    [1400, 'light'],
    [400, 'dark'],
    [1400, 'dark'],
    [400, 'light'],
  ] as const
).slice(0, process.env.PICTURES === 'all' ? 4 : 2);

const MAX_BYTES = 50 * 1024;

/** These run in the browser. What is live asks by scripts, again and again, and does not count. */
const transferred = `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter(({ initiatorType }) => initiatorType !== 'xmlhttprequest')
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;
export const overflow = `document.documentElement.scrollWidth - innerWidth`;
const violations = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;

/** @param name of its pictures */
export async function look(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.waitForLoadState();
  const bytes = await page.evaluate(transferred);
  expect(bytes, `bytes of ${name}`).toBeGreaterThan(0);
  expect(bytes, `bytes of ${name}`).toBeLessThan(MAX_BYTES);
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  for (const [width, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    expect(await page.evaluate(overflow), `${name} at ${width} px`).toBeLessThanOrEqual(0);
    expect(await page.evaluate(violations), `${name} at ${width} px, ${colorScheme}`).toEqual([]);
  }
  await page.setViewportSize({ width: 1400, height: 900 });
}
