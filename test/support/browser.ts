/**
 * Headless Chromium out of packages: nothing is downloaded, and no library or font of the machine is needed. Every page is watched:
 * what the policy refuses, what a script throws, and what another host is asked for.
 */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Without these Chromium asks its maker for updates. */
const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The package has its own libraries and fonts, and unpacks them where it takes itself to be on a Lambda. */
const LAMBDA = { AWS_LAMBDA_JS_RUNTIME: '22.x' };

export async function startBrowser(): Promise<Browser> {
  const before = { ...process.env };
  Object.assign(process.env, LAMBDA);
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  const { LD_LIBRARY_PATH = '', FONTCONFIG_PATH = '' } = process.env;
  // What else runs in this process keeps the libraries of the machine.
  process.env = before;
  const env = { ...definedOf(before), LD_LIBRARY_PATH, FONTCONFIG_PATH };
  return chromium.launch({ executablePath, args: QUIET, env });
}

const definedOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

export type Watched = { page: Page; context: BrowserContext; complaints: string[] };

/** A page of a browser that has no cookies. `complaints` is what nobody wants to see. @param origin the only one it may ask */
export async function openPage(browser: Browser, origin: string): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, baseURL: origin });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => {
    // An answer of 401 or 403 is told there too; tests look at answers themselves.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('request', request => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`asked ${request.url()}`);
  });
  return { page, context, complaints };
}
