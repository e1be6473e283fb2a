// Reading the board: filtering it, opening a plan, going on from there.

import assert from 'node:assert/strict';
import { bothWays, inPage } from '../lib/doing.mjs';

async function filterByDomain({ people }, { javaScript }) {
  await inPage(people.visitor, { javaScript }, async (page) => {
    await page.goto('/rankings');
    const before = await page.locator('#board tbody tr').count();
    const value = await page.locator('#domain option:not([value=""])').first().getAttribute('value');
    await page.locator('#domain').selectOption(value);
    if (!javaScript) await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL((url) => url.searchParams.get('domain') === value);
    await page.locator(`#board tbody tr:has-text("${value}")`).first().waitFor();
    const rows = await page.locator('#board tbody tr').allInnerTexts();
    assert.ok(rows.length > 0 && rows.length < before, `${rows.length} of ${before} rows`);
    for (const row of rows) assert.ok(row.includes(value), `a plan of another domain: ${row}`);
    // The address holds the filter: opened again, it shows the same.
    await page.reload();
    assert.deepEqual(await page.locator('#board tbody tr').allInnerTexts(), rows);
  });
}

async function openAPlan({ people }, { javaScript }) {
  await inPage(people.visitor, { javaScript }, async (page) => {
    await page.goto('/rankings');
    const link = page.locator('#board tbody th a').first();
    const title = await link.innerText();
    await link.click();
    await page.waitForURL('**/plans/*');
    assert.ok((await page.locator('h1').innerText()).includes(title));
    const reasons = page.locator('.meeting details summary').first();
    await reasons.click();
    assert.ok(await page.locator('.meeting details[open] blockquote').first().isVisible(), 'no quote is shown');
  });
}

async function switchTheme({ people }) {
  await inPage(people.visitor, {}, async (page) => {
    await page.goto('/rankings');
    const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await colour();
    await page.locator('[data-theme-switch]').click();
    assert.notEqual(await colour(), before);
    await page.reload();
    assert.notEqual(await colour(), before, 'the choice is forgotten');
  });
}

async function skipToContent({ people }) {
  await inPage(people.visitor, {}, async (page) => {
    await page.goto('/rankings');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  });
}

export const board = [
  ...bothWays('a visitor filters the board by domain', filterByDomain),
  ...bothWays('a visitor opens a plan and reads the reasons', openAPlan),
  { name: 'a visitor switches to dark and back', run: switchTheme },
  { name: 'the keyboard skips to the content', run: skipToContent },
];
