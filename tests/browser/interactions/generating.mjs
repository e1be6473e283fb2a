// Making a plan from a prompt: with guidance, followed until it is done, read, edited, regenerated,
// and found in the ranking. The service writes it without a model.

import assert from 'node:assert/strict';
import { bothWays, eventually, inPage } from '../lib/doing.mjs';

const thin = 'Start a night bus network.';

const prompt = (place) => `Start a night bus network in ${place}, Finland, so that shift workers get home without a car. Today the last bus leaves at 00:20.
Run four lines every 40 minutes from 00:30 to 05:00. The budget is EUR 1.9 million for 18 months, from 1 March 2027.
It is a success if 1,400 passengers ride on an average night after one year. Drivers may not work more than nine hours a night. The union must agree; the main risk is a lack of drivers.`;

/** Fills in the form and lands on the run's page. */
async function create(page, { text, title, visibility = 'public' }) {
  await page.goto('/plans/new');
  await page.locator('#prompt').fill(text);
  await page.locator('details:has(#title) > summary').click();
  await page.locator('#title').fill(title);
  await page.locator('[name=mode][value=fast]').check();
  await page.locator(`[name=visibility][value=${visibility}]`).check();
  await page.getByRole('button', { name: 'Create plan' }).click();
  await page.waitForURL(/\/plans\/[0-9a-f-]{36}\/run/);
  assert.ok((await page.locator('h1').innerText()).includes(title));
  return new URL(page.url()).pathname.split('/')[2];
}

/** Waits for the end: with scripts the page changes by itself, without them people reload it. */
async function untilComplete(page, javaScript) {
  if (javaScript) {
    await page.getByRole('link', { name: 'Open the report' }).waitFor({ timeout: 60_000 });
    return;
  }
  await eventually('a report', async () => {
    await page.reload();
    return (await page.getByRole('link', { name: 'Open the report' }).count()) > 0;
  });
}

async function guidance({ people }, { javaScript }) {
  await inPage(people.visitor, { javaScript }, async (page) => {
    await page.goto('/plans/new');
    await page.locator('#prompt').fill(thin);
    if (!javaScript) await page.getByRole('button', { name: 'Check the prompt' }).click();
    const missing = page.locator('#guidance li.no');
    await missing.first().waitFor();
    const before = await missing.count();
    assert.ok(before >= 4, `only ${before} things are missing`);
    await page.locator('#prompt').fill(prompt('Tampere'));
    if (!javaScript) await page.getByRole('button', { name: 'Check the prompt' }).click();
    await page.locator('#guidance .chip.good').waitFor();
    assert.equal(await missing.count(), 0, 'something is still missing');
    assert.ok((await page.locator('#prompt').inputValue()).startsWith('Start a night bus network in Tampere'));
  });
}

async function example({ people }) {
  await inPage(people.visitor, { javaScript: false }, async (page) => {
    await page.goto('/plans/new');
    const examples = page.locator('.examples details');
    assert.ok((await examples.count()) >= 5);
    for (let n = 0; n < (await examples.count()); n += 1) {
      await page.goto('/plans/new');
      await examples.nth(n).locator('summary').click();
      await examples.nth(n).getByRole('link', { name: 'Use this prompt' }).click();
      await page.locator('#guidance .chip.good').waitFor();
    }
  });
}

async function makeAndEdit({ people }, { javaScript }) {
  await inPage(people.user, { javaScript }, async (page) => {
    const place = javaScript ? 'Tampere' : 'Oulu';
    const title = `Night buses in ${place}`;
    const id = await create(page, { text: prompt(place), title });
    await untilComplete(page, javaScript);
    assert.ok((await page.locator('main').innerText()).includes('Draft without a language model'));
    assert.ok((await page.locator('.stage-graph .dot.done').count()) >= 5, 'the graph shows no stage that is done');

    await page.getByRole('link', { name: 'Open the report' }).click();
    await page.waitForURL(`**/plans/${id}/report`);
    assert.ok((await page.locator('body').innerText()).includes(place), 'the report says nothing of the place');

    await page.goto(`/plans/${id}/files/project_plan.md`);
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.locator('#content').fill('# Project plan\n\nEdited by a browser: the buses are blue.\n');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.notice', { hasText: 'saved' }).waitFor();
    assert.ok((await page.locator('main').innerText()).includes('the buses are blue'));
    assert.ok((await page.locator('main .chip', { hasText: 'edited' }).count()) >= 1);

    await page.locator('summary', { hasText: 'Write the stale parts again' }).click();
    await page.getByRole('button', { name: 'Regenerate stale parts' }).click();
    await page.waitForURL(`**/plans/${id}/run`);
    await untilComplete(page, javaScript);
    await page.goto(`/plans/${id}/files/project_plan.md`);
    assert.ok((await page.locator('main').innerText()).includes('the buses are blue'), 'the edit is gone');

    await eventually('its place in the ranking', async () => {
      await page.goto(`/plans/${id}/run`);
      return (await page.getByRole('link', { name: 'Its ranking' }).count()) > 0;
    });
    await page.getByRole('link', { name: 'Its ranking' }).click();
    await page.getByRole('link', { name: 'How it was made' }).waitFor();
    await page.goto('/plans');
    assert.equal(await page.locator(`main a[href="/plans/${id}/run"]`).count(), 1, 'the plan is not among mine');
  });
}

async function strangersSeeNothing({ people }) {
  await inPage(people.user, {}, async (page) => {
    const id = await create(page, { text: prompt('Kuopio'), title: 'Night buses that nobody else sees', visibility: 'private' });
    for (const person of [people.visitor, people.other, people.reviewer]) {
      const context = await person.context();
      for (const part of ['run', 'files', 'report', 'download/zip']) {
        assert.equal((await context.request.get(`/plans/${id}/${part}`)).status(), 404, `${person.name} sees its ${part}`);
      }
      await context.close();
    }
  });
}

async function draftOutlivesLogin({ people }) {
  await inPage(people.visitor, { expectedStatus: 401 }, async (page) => {
    await page.goto('/plans/new');
    await page.locator('#prompt').fill(prompt('Vaasa'));
    await page.getByRole('button', { name: 'Create plan' }).click();
    await page.locator('[role=alert]').first().waitFor();
    assert.ok((await page.locator('#prompt').inputValue()).includes('Vaasa'), 'what was typed is lost');
    await page.goto('/rankings');
    await page.goto('/plans/new');
    assert.ok((await page.locator('#prompt').inputValue()).includes('Vaasa'), 'the draft is lost');
  });
}

export const generating = [
  ...bothWays('somebody is told what a prompt lacks', guidance),
  { name: 'every example prompt says enough', run: example },
  ...bothWays('a user has a plan made, edits it and finds its ranking', makeAndEdit),
  { name: "a user's private plan in the making is seen by nobody else", run: strangersSeeNothing },
  { name: 'a prompt outlives a login', run: draftOutlivesLogin },
];
