// Looks at reports of runs as people do: on wide and narrow screens, light and dark, without
// JavaScript, and on paper; results in TAP. The folder is what `cargo run -p pipeline --example
// report -- FOLDER RUN...` wrote.
//
//   node reports.mjs FOLDER [--out DIR] [--only WORD]

import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { schemes, widths } from './lib/audit.mjs';
import { launch } from './lib/browser.mjs';
import { axeFaults, mainContent, outlineFaults, widthFaults } from './lib/checks.mjs';
import { Report } from './lib/tap.mjs';

const maxBytes = 1_500_000;
const narrowest = 320;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, only: { type: 'string', default: '' } },
});
const [folder] = positionals;
if (!folder) {
  console.error('say which folder: node reports.mjs FOLDER');
  process.exit(2);
}
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.html') && name.includes(options.only))
  .map((name) => path.basename(name, '.html'));
const fileOf = (name) => path.join(folder, `${name}.html`);

const server = createServer((request, response) => {
  const name = decodeURIComponent(new URL(request.url, 'http://here').pathname.slice(1));
  if (!names.includes(name)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  return response.end(readFileSync(fileOf(name)));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;
if (options.out) mkdirSync(options.out, { recursive: true });

const report = new Report();
const browser = await launch();
try {
  if (!names.length) report.result('the folder holds reports', ['it holds none']);
  for (const name of names) {
    for (const width of widths) {
      for (const colorScheme of schemes) await report.test(`${name}, ${width} px, ${colorScheme}`, () => look(name, width, colorScheme));
    }
    await report.test(`${name}, without JavaScript`, () => withoutScript(name));
    await report.test(`${name}, the chart by keyboard and buttons`, () => useChart(name));
    await report.test(`${name}, on paper`, () => print(name));
  }
} finally {
  await browser.close();
  server.close();
}
process.exit(report.end() ? 0 : 1);

/** A page of the report that keeps an account of what goes wrong in it. */
async function open(name, settings) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...settings });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== `${origin}/${name}` && !url.startsWith('data:font/')) faults.push(`it asked for ${url.slice(0, 200)}`);
  });
  await page.goto(`${origin}/${name}`, { waitUntil: 'load' });
  await page.evaluate(() => document.fonts.ready);
  return { context, page, faults };
}

function complain(faults) {
  if (faults.length) throw new Error(faults.join('\n'));
}

/** What one sees at the top and at some sections; a whole report is too tall for one picture. */
async function shoot(page, name) {
  if (!options.out) return;
  for (const section of ['main', 'decisions', 'schedule', 'work-breakdown', 'costs', 'risks', 'team', 'self-audit', 'provenance']) {
    const place = page.locator(`#${section}`);
    if (!(await place.count())) continue;
    await place.evaluate((element) => element.scrollIntoView({ behavior: 'instant', block: 'start' }));
    if (section === 'main') await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
    await page.screenshot({ path: path.join(options.out, `${name}-${section}.png`), animations: 'disabled' });
  }
}

async function look(name, width, colorScheme) {
  const { context, page, faults } = await open(name, { viewport: { width, height: 900 }, colorScheme });
  const { size } = statSync(fileOf(name));
  if (size > maxBytes) faults.push(`the file has ${size} bytes, more than ${maxBytes}`);
  await shoot(page, `${name}-${width}-${colorScheme}`);
  // What is closed is read too.
  await page.evaluate(() => document.querySelectorAll('main details').forEach((part) => { part.open = true; }));
  faults.push(...(await widthFaults(page)), ...(await outlineFaults(page)), ...(await headingFaults(page)), ...(await axeFaults(page)));
  await page.setViewportSize({ width: narrowest, height: 900 });
  faults.push(...(await widthFaults(page)));
  await context.close();
  complain(faults);
}

/** Headings go down one level at a time, and none is empty. */
function headingFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    let above = 0;
    for (const heading of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
      const level = Number(heading.tagName[1]);
      if (level > above + 1) faults.push(`h${above} is followed by h${level}: ${heading.textContent.slice(0, 60)}`);
      above = level;
    }
    for (const section of document.querySelectorAll('main section')) {
      if (section.textContent.trim().length < section.querySelector('h2').textContent.length + 20) faults.push(`the section ${section.id} is empty`);
    }
    return faults;
  });
}

async function withoutScript(name) {
  const read = async (javaScriptEnabled) => {
    const { context, page, faults } = await open(name, { javaScriptEnabled });
    const content = await mainContent(page);
    if (!javaScriptEnabled) await shoot(page, `${name}-no-script`);
    const shown = await page.locator('.gantt .bar').first().isVisible().catch(() => false);
    const expected = (await page.locator('.gantt').count()) > 0;
    if (expected && !shown) faults.push('the chart is not seen');
    await context.close();
    complain(faults);
    return content.filter((line) => !line.startsWith('Point at a task')).join('\n');
  };
  if ((await read(false)) !== (await read(true))) throw new Error('it says something else without JavaScript');
}

async function useChart(name) {
  const { context, page, faults } = await open(name);
  const chart = page.locator('[data-gantt]');
  if (await chart.count()) {
    const link = chart.locator('.row.task a').first();
    await link.focus();
    const detail = await chart.locator('[data-detail]').textContent();
    if (!detail.includes((await link.textContent()).trim())) faults.push(`the details of the first task are ${detail}`);
    await page.keyboard.press('ArrowDown');
    const moved = await page.evaluate(() => document.activeElement.matches('.row.task a, .fold'));
    if (!moved) faults.push('the arrow key leads out of the chart');
    const widthOf = () => chart.locator('[data-plot]').evaluate((plot) => plot.clientWidth);
    const before = await widthOf();
    await chart.getByRole('button', { name: 'Zoom in' }).click();
    if ((await widthOf()) <= before) faults.push('zooming in changes nothing');
    await chart.getByRole('button', { name: 'Phases only' }).click();
    if (await link.isVisible()) faults.push('tasks are still seen when phases are folded');
    await chart.locator('.fold').first().click();
    if (!(await link.isVisible())) faults.push('a phase does not unfold');
  }
  await context.close();
  complain(faults);
}

async function print(name) {
  const { context, page, faults } = await open(name);
  const pdf = await page.pdf({ format: 'A4', printBackground: true, ...(options.out && { path: path.join(options.out, `${name}.pdf`) }) });
  if (!pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) faults.push('what was printed is no PDF');
  await context.close();
  complain(faults);
}
