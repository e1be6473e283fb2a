// Keys: made, used, rotated and revoked on the account page.

import assert from 'node:assert/strict';
import { bothWays, inPage } from '../lib/doing.mjs';

/** What the API says to a key. */
async function statusWith(origin, key) {
  const answer = await fetch(new URL('/api/account', origin), { headers: { authorization: `Bearer ${key}` } });
  return answer.status;
}

async function shownKey(page) {
  const key = (await page.locator('.code.key code').innerText()).trim();
  assert.match(key, /^prk_live_\S{30,}$/);
  return key;
}

async function act(page, name, summary, button) {
  // Of keys of one name, the newest that still works.
  const row = page.locator('tr', { hasText: name }).filter({ has: page.locator('details.confirm') }).first();
  await row.locator('summary', { hasText: summary }).click();
  const form = row.locator('details[open] form');
  if (summary === 'Rotate') await form.locator('select').selectOption('0');
  await form.getByRole('button', { name: button }).click();
}

async function createRotateRevoke({ people, origin }, { javaScript }) {
  await inPage(people.user, { javaScript }, async (page) => {
    const name = `browser key ${javaScript ? 'with' : 'without'} scripts`;
    await page.goto('/account');
    await page.locator('#key_name').fill(name);
    await page.getByRole('button', { name: 'Create key' }).click();
    const first = await shownKey(page);
    assert.equal(await statusWith(origin, first), 200, 'the new key does not work');

    await page.goto('/account');
    assert.ok(!(await page.content()).includes(first), 'the key is shown again');
    await act(page, name, 'Rotate', 'Make a new key');
    const second = await shownKey(page);
    assert.notEqual(second, first);
    assert.equal(await statusWith(origin, second), 200, 'the rotated key does not work');
    assert.equal(await statusWith(origin, first), 401, 'the old key still works without an overlap');

    await page.goto('/account');
    await act(page, name, 'Revoke', 'Revoke key');
    await page.locator('.notice, .chip').first().waitFor();
    assert.equal(await statusWith(origin, second), 401, 'the revoked key still works');
  });
}

async function logOut({ people }) {
  const context = await people.other.context();
  const page = await context.newPage();
  // In a session of its own, since the other's is used elsewhere.
  await context.clearCookies();
  await page.goto('/login?return_to=/account');
  await page.locator('form[action="/login/dev"] [name=name]').fill('browser leaving');
  await page.locator('form[action="/login/dev"] [type=submit]').click();
  await page.waitForURL('**/account');
  await page.locator('details.menu summary').click();
  await page.getByRole('button', { name: 'Log out' }).first().click();
  await page.waitForLoadState('load');
  await page.goto('/account');
  assert.equal(new URL(page.url()).pathname, '/login', 'the session goes on');
  await context.close();
}

export const account = [
  ...bothWays('a user creates, rotates and revokes a key', createRotateRevoke),
  { name: 'a user logs out', run: logOut },
];
