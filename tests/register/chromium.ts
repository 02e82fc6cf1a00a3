import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** Where a real Chromium lies: `DARS_CHROMIUM`, or where Debian and others put it; undefined where there is none. */
export const CHROMIUM = [process.env['DARS_CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));

export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'], timeout: 120_000 });
}
