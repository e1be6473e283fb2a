// What every page promises: found, small, accessible, no wider than the screen, one heading.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

export const maxHtmlBytes = 100_000;

/** Violations of WCAG 2.2 A and AA that axe-core finds. */
export async function axeFaults(page) {
  // Evaluated by the debugger, since the page's policy lets no script in.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    (tags) => window.axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      // Off unless asked for by name.
      rules: { 'target-size': { enabled: true } },
      resultTypes: ['violations'],
    }),
    axeTags,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `axe ${id}: ${help}\n  at ${node.target.join(' ')}: ${node.html.slice(0, 200)}\n  ${node.failureSummary?.replaceAll('\n', '\n  ')}`));
}

/** Whether the page can be moved sideways, and what is too wide. */
export async function widthFaults(page) {
  const wide = await page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= window.innerWidth) return null;
    const beyond = [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 0.5)
      .slice(0, 3)
      .map((element) => element.outerHTML.slice(0, 120));
    return `the page is ${root.scrollWidth} px wide on a screen of ${window.innerWidth} px: ${beyond.join(' | ')}`;
  });
  return wide ? [wide] : [];
}

/** Title, language, one first heading and one main part, and ids that name one thing each. */
export async function outlineFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    const count = (selector) => document.querySelectorAll(selector).length;
    if (!document.title.trim()) faults.push('the page has no title');
    if (!document.documentElement.lang) faults.push('the page does not say its language');
    if (count('h1') !== 1) faults.push(`the page has ${count('h1')} h1 headings`);
    if (count('main') !== 1) faults.push(`the page has ${count('main')} main parts`);
    if (count('[style]')) faults.push('an element has a style attribute, which the policy forbids');
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    if (twice.length) faults.push(`ids used twice: ${[...new Set(twice)].join(', ')}`);
    return faults;
  });
}

/** Status and size of what the server sent. */
export async function answerFaults(response, expectedStatus) {
  const faults = [];
  if (response.status() !== expectedStatus) faults.push(`status ${response.status()}, expected ${expectedStatus}`);
  const type = response.headers()['content-type'] ?? '';
  if (!type.startsWith('text/html')) faults.push(`the page is sent as ${type || 'nothing'}`);
  const size = (await response.body()).length;
  if (size > maxHtmlBytes) faults.push(`the page has ${size} bytes, more than ${maxHtmlBytes}`);
  return faults;
}

/**
 * The words of the main part and where its links and forms lead, as lines. Buttons that submit
 * nothing, such as one that copies, do nothing without scripts and are left out.
 */
export function mainContent(page) {
  return page.evaluate(() => {
    const main = document.querySelector('main')?.cloneNode(true);
    if (!main) return [];
    for (const element of main.querySelectorAll('button[type=button], noscript, script')) element.remove();
    // "A minute ago" ages between the two looks; the moment that it means doesn't.
    for (const time of main.querySelectorAll('time[datetime]')) time.textContent = time.dateTime;
    const lines = (main.textContent ?? '').split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
    const links = [...main.querySelectorAll('a[href], form[action]')]
      .map((element) => `${element.localName} ${element.getAttribute('href') ?? element.getAttribute('action')}`);
    // Each request has an id of its own.
    const said = lines.filter((line) => line && !/^Request [0-9a-f]{32}$/.test(line));
    return [...said, ...links];
  });
}

/** The first difference between the main part with and without JavaScript. */
export function contentFaults(withScript, withoutScript) {
  if (withoutScript.length === 0) return ['without JavaScript the main part is empty'];
  for (let at = 0; at < Math.max(withScript.length, withoutScript.length); at += 1) {
    if (withScript[at] !== withoutScript[at]) {
      return [`without JavaScript the main part differs:\n  with:    ${withScript[at]}\n  without: ${withoutScript[at]}`];
    }
  }
  return [];
}

/** Controls that are reached by the Tab key and do not show that they are. */
export async function focusFaults(page, steps = 60) {
  const faults = new Set();
  await page.evaluate(() => document.activeElement?.blur());
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press('Tab');
    const fault = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return 'end';
      const shows = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      const holders = [element, element.parentElement].filter(Boolean);
      return holders.some((holder) => shows(getComputedStyle(holder))) ? null : `focus can't be seen on ${element.outerHTML.slice(0, 120)}`;
    });
    if (fault === 'end') break;
    if (fault) faults.add(fault);
  }
  return [...faults];
}
