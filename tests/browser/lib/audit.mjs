// Looks at one page as one person, at every width and in both colour schemes, and without scripts.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { answerFaults, axeFaults, contentFaults, focusFaults, mainContent, outlineFaults, widthFaults } from './checks.mjs';
import { watch } from './watch.mjs';

export const widths = [1440, 390];
export const schemes = ['light', 'dark'];
/** The narrowest screen on which WCAG 2.2 (1.4.10) wants no sideways scrolling. */
const narrowest = 320;

/** `person.context(options)` opens a browser context in which the person is signed in. */
export async function auditPage(report, { origin, person, page: wanted, screenshots }) {
  const url = new URL(wanted.path, origin).href;
  const status = wanted.status ?? 200;
  const label = `${wanted.name} as ${person.name}`;
  for (const width of widths) {
    for (const colorScheme of schemes) {
      const context = await person.context({ viewport: { width, height: 900 }, colorScheme });
      try {
        const faults = await look(context, { url, origin, status, first: width === widths[0] && colorScheme === schemes[0] });
        if (screenshots) await shoot(context, screenshots, `${wanted.name}-${person.name}-${width}-${colorScheme}`);
        report.result(`${label}, ${width} px, ${colorScheme}`, faults);
      } catch (error) {
        report.result(`${label}, ${width} px, ${colorScheme}`, [error]);
      } finally {
        await context.close();
      }
    }
  }
  await report.test(`${label}, without JavaScript`, () => sameWithoutScript({ url, person, status }));
}

async function look(context, { url, origin, status, first }) {
  const page = await context.newPage();
  const unseen = await watch(page, { origin, expectedStatus: status });
  const response = await page.goto(url, { waitUntil: 'load' });
  const faults = [...(await answerFaults(response, status)), ...(await outlineFaults(page)), ...(await widthFaults(page))];
  // Before axe-core, whose own doings are not the page's.
  faults.push(...unseen.splice(0));
  faults.push(...(await axeFaults(page)));
  if (first) {
    faults.push(...(await focusFaults(page)));
    await page.setViewportSize({ width: narrowest, height: 900 });
    faults.push(...(await widthFaults(page)));
    await page.setViewportSize({ width: widths[0], height: 900 });
  }
  return faults;
}

async function sameWithoutScript({ url, person, status }) {
  const read = async (javaScriptEnabled) => {
    const context = await person.context({ javaScriptEnabled, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const response = await page.goto(url, { waitUntil: 'load' });
    if (response.status() !== status) throw new Error(`status ${response.status()}, expected ${status}`);
    const content = await mainContent(page);
    await context.close();
    return content;
  };
  const [fault] = contentFaults(await read(true), await read(false));
  if (fault) throw new Error(fault);
}

async function shoot(context, folder, name) {
  mkdirSync(folder, { recursive: true });
  const [page] = context.pages();
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
}
