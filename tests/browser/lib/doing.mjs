// Helpers of the interactions.

import assert from 'node:assert/strict';
import { watch } from './watch.mjs';

/** Does something in a page of its own, and fails also when the page complained meanwhile. */
export async function inPage(person, { javaScript = true, expectedStatus = 200 }, act) {
  const context = await person.context({ javaScriptEnabled: javaScript, viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const faults = await watch(page, { origin: person.origin, expectedStatus });
    await act(page);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** The same interaction twice: with scripts and without. */
export function bothWays(name, run) {
  return [true, false].map((javaScript) => ({
    name: `${name}, ${javaScript ? 'with' : 'without'} JavaScript`,
    run: (world) => run(world, { javaScript }),
  }));
}

/** Asks again and again, for half a minute, until `look` returns something. */
export async function eventually(what, look) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, `${what} does not happen`);
    await new Promise((wake) => setTimeout(wake, 500));
  }
}
