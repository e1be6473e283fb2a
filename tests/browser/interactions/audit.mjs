// A reviewer labels a judgement blind, sees what the judge said, and decides.

import assert from 'node:assert/strict';
import { inPage } from '../lib/doing.mjs';

async function openNext(page) {
  await page.goto('/audit');
  await page.getByRole('link', { name: 'Review the next one' }).click();
  await page.waitForURL(/\/audit\/[0-9a-f-]{36}/);
  const words = await page.locator('main').innerText();
  assert.ok(!/What the judge said/.test(words), 'the judgement is shown before the label');
}

async function decide(page) {
  await page.locator('h1', { hasText: 'What the judge said' }).waitFor();
  await page.locator('#reason').selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Record decision' }).click();
  await page.waitForLoadState('load');
}

async function byKeyboard({ people }) {
  await inPage(people.reviewer, {}, async (page) => {
    await openNext(page);
    await page.keyboard.press('3');
    assert.equal(await page.locator('[data-key="3"]').isChecked(), true);
    await page.keyboard.press('Enter');
    await decide(page);
    await page.goto('/audit/history');
    assert.ok((await page.locator('tbody tr').count()) > 0, 'the decision is not in the history');
  });
}

async function withoutScripts({ people }) {
  await inPage(people.reviewer, { javaScript: false }, async (page) => {
    await openNext(page);
    await page.locator('[name=level]').first().check({ force: true });
    await page.getByRole('button', { name: 'Record and reveal' }).click();
    await decide(page);
  });
}

export const audit = [
  { name: 'a reviewer labels a judgement with the keyboard', run: byKeyboard },
  { name: 'a reviewer labels a judgement without JavaScript', run: withoutScripts },
];
