// Submitting a plan on the page, following it until it is rated, withdrawing and restoring it.

import assert from 'node:assert/strict';
import { bothWays, eventually, inPage } from '../lib/doing.mjs';
import { plan } from '../lib/plan.mjs';

const rated = /^(rated|provisional)$/i;

/** Fills in the form and lands on the plan's page. */
async function submit(page, { title, subject, visibility }) {
  await page.goto('/submit');
  await page.locator('#file').setInputFiles({ name: 'plan.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(plan(title, subject))) });
  await page.locator(`[name=visibility][value=${visibility}]`).check();
  await page.getByRole('button', { name: 'Submit plan' }).click();
  await page.waitForURL(/\/plans\/[0-9a-f-]{36}/);
  assert.ok((await page.locator('h1').innerText()).includes(title));
}

/** Reloads the page, as people do, until the plan has a rating. */
async function untilRated(page) {
  await eventually('a rating', async () => {
    await page.reload();
    const chips = await page.locator('main .chip').allInnerTexts();
    return chips.some((chip) => rated.test(chip.trim()));
  });
}

async function uploadAndFollow({ people }, { javaScript }) {
  await inPage(people.user, { javaScript }, async (page) => {
    const title = `A browser's plan ${javaScript ? 'with' : 'without'} scripts`;
    await submit(page, { title, subject: javaScript ? 'orchard' : 'ferry', visibility: 'public' });
    const { pathname } = new URL(page.url());
    await untilRated(page);
    await page.goto('/plans');
    assert.equal(await page.locator(`main a[href="${pathname}"]`).count(), 1, 'the plan is not among mine');
  });
}

async function pasteNonsense({ people }, { javaScript }) {
  await inPage(people.user, { javaScript, expectedStatus: 422 }, async (page) => {
    await page.goto('/submit');
    await page.locator('#json').fill('{"title": "Half of a plan"');
    await page.getByRole('button', { name: 'Submit plan' }).click();
    const error = page.locator('[role=alert]:visible').first();
    await error.waitFor();
    assert.ok((await error.innerText()).length > 20, 'the error does not say what to do');
    assert.equal(await page.locator('#json').inputValue(), '{"title": "Half of a plan"', 'what was typed is lost');
  });
}

async function withdrawAndRestore({ people }, { javaScript }) {
  await inPage(people.user, { javaScript }, async (page) => {
    const title = `A plan to withdraw ${javaScript ? 'with' : 'without'} scripts`;
    await submit(page, { title, subject: javaScript ? 'archive' : 'quarry', visibility: 'public' });
    const url = page.url();
    await untilRated(page);
    await confirm(page, 'Withdraw', 'Withdraw this plan');
    await page.goto('/rankings');
    assert.equal(await page.getByRole('link', { name: title }).count(), 0, 'a withdrawn plan is on the board');
    await inPage(people.visitor, { javaScript: false }, async (other) => {
      const answer = await other.request.get(url);
      assert.equal(answer.status(), 404, 'others see a withdrawn plan');
    });
    await page.goto(url);
    await confirm(page, 'Restore', 'Restore this plan');
    await page.goto('/rankings');
    assert.equal(await page.getByRole('link', { name: title }).count(), 1, 'a restored plan is not on the board');
  });
}

async function confirm(page, summary, button) {
  await page.locator('details.confirm > summary', { hasText: summary }).click();
  await page.getByRole('button', { name: button }).click();
  await page.waitForLoadState('load');
  await page.locator('.notice').first().waitFor();
}

async function privateStaysPrivate({ people }) {
  await inPage(people.user, {}, async (page) => {
    await submit(page, { title: 'A plan that nobody else sees', subject: 'cellar', visibility: 'private' });
    for (const person of [people.visitor, people.other, people.reviewer]) {
      const context = await person.context();
      assert.equal((await context.request.get(page.url())).status(), 404, `${person.name} sees it`);
      await context.close();
    }
  });
}

export const submitting = [
  ...bothWays('a user uploads a plan and follows it until it is rated', uploadAndFollow),
  ...bothWays('a user who pastes nonsense is told so and loses nothing', pasteNonsense),
  ...bothWays('a user withdraws a plan and restores it', withdrawAndRestore),
  { name: "a user's private plan is seen by nobody else", run: privateStaysPrivate },
];
