// Takes a picture of every page in a folder (cargo run -p web --example gallery -- FOLDER) and
// checks it with axe-core; results in TAP.
//
//   node gallery.mjs FOLDER --out DIR [--only WORD] [--no-checks]
//
// The folder is served under the service's own content security policy, so that what the policy
// forbids does not look right here either.

import { createReadStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { schemes, widths } from './lib/audit.mjs';
import { launch } from './lib/browser.mjs';
import { axeFaults, outlineFaults, widthFaults } from './lib/checks.mjs';
import { Report } from './lib/tap.mjs';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const kinds = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'screenshots' },
    only: { type: 'string', default: '' },
    'no-checks': { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.html') && name.includes(options.only))
  .map((name) => path.basename(name, '.html'));

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://here');
  // A stream on which nothing happens.
  if (pathname.endsWith('/run/events')) return response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: beat\ndata: {}\n\n');
  const file = path.join(folder, path.normalize(decodeURIComponent(pathname)));
  if (!existsSync(file) || file.endsWith(path.sep)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': kinds[path.extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy });
  return createReadStream(file).pipe(response);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

mkdirSync(options.out, { recursive: true });
const report = new Report();
const browser = await launch();
try {
  for (const name of names) for (const width of widths) for (const colorScheme of schemes) await look(name, width, colorScheme);
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections?.();
}
process.exit(report.end() ? 0 : 1);

async function look(name, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(new Error(message.text())));
  page.on('pageerror', (error) => faults.push(error));
  await page.goto(`${origin}/${name}.html`, { waitUntil: 'load' });
  await page.evaluate(() => document.fonts.ready);
  if (!options['no-checks']) {
    faults.push(...(await widthFaults(page)), ...(await outlineFaults(page)), ...(await axeFaults(page)));
  }
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  await page.screenshot({ path: path.join(options.out, `${name}-${width}-${colorScheme}.png`), fullPage: true, animations: 'disabled' });
  await context.close();
  report.result(`${name}, ${width} px, ${colorScheme}`, faults);
}
