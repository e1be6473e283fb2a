// Looks at every page of a running service and uses it as people do; results in TAP.
//
//   node run.mjs --url http://127.0.0.1:8080 [--screenshots DIR] [--only WORD] [--pages|--interactions]
//
// The service needs the development login and at least three ranked public plans; the interactions
// submit plans, so it should be one for tests. Exit code 0 when all is well.

import { parseArgs } from 'node:util';
import { interactions } from './interactions/all.mjs';
import { auditPage } from './lib/audit.mjs';
import { launch } from './lib/browser.mjs';
import { everybody } from './lib/people.mjs';
import { filled, places } from './lib/places.mjs';
import { Report } from './lib/tap.mjs';
import { pages } from './pages.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    screenshots: { type: 'string' },
    only: { type: 'string', default: '' },
    pages: { type: 'boolean', default: false },
    interactions: { type: 'boolean', default: false },
  },
});
if (!options.url) {
  console.error('say which service: --url http://127.0.0.1:8080');
  process.exit(2);
}
const both = options.pages === options.interactions;
const wanted = (name) => name.includes(options.only);
const { origin } = new URL(options.url);

const report = new Report();
const browser = await launch();
try {
  const people = await everybody(browser, origin);
  if (both || options.pages) await lookAtPages(people);
  if (both || options.interactions) await useIt(people);
} finally {
  await browser.close();
}
process.exit(report.end() ? 0 : 1);

async function lookAtPages(people) {
  const known = await places(origin, people.admin);
  for (const page of pages.filter(({ name }) => wanted(name))) {
    for (const name of page.as) {
      const there = { ...page, path: filled(page.path, known) };
      await auditPage(report, { origin, person: people[name], page: there, screenshots: options.screenshots });
    }
  }
}

async function useIt(people) {
  for (const { name, run } of interactions.filter(({ name }) => wanted(name))) {
    await report.test(name, () => run({ people, origin }));
  }
}
