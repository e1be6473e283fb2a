// Starts headless Chromium with a fresh profile that talks to the service under test only.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = [process.env.PLANRANK_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing but this machine has a name, so nothing else can be reached even by mistake.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

/** A browser in headless mode; Playwright gives it a user data folder of its own. */
export function launch() {
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('no Chromium found: install it, or set PLANRANK_CHROMIUM to its path');
  // Chromium's sandbox does not work for root.
  const chromiumSandbox = process.getuid?.() !== 0;
  return chromium.launch({ executablePath, headless: true, chromiumSandbox, args: flags });
}
