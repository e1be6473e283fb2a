// Shows that each check can fail: serves one good page, and pages with one fault each.

import { createServer } from 'node:http';
import { auditPage } from './lib/audit.mjs';
import { launch } from './lib/browser.mjs';
import { visitorOnly } from './lib/people.mjs';
import { Report } from './lib/tap.mjs';

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'";

const page = ({ head = '', main = '<p>All is well.</p>', tail = '', title = 'A page' }) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="stylesheet" href="/style.css">${head}</head>
<body><main><h1>A page</h1>${main}</main>${tail}</body></html>`;

const files = {
  '/style.css': ['text/css', 'body { font: 16px sans-serif; color: #111; background: #fff } .wide { width: 1500px } .pale { color: #ddd } .blind:focus { outline: none }'],
  '/add.js': ['text/javascript', "document.querySelector('main').insertAdjacentHTML('beforeend', '<p>Only with scripts.</p>')"],
  '/throw.js': ['text/javascript', "throw new Error('broken script')"],
  '/complain.js': ['text/javascript', "console.error('something is wrong')"],
  '/favicon.ico': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
};

const cases = [
  { name: 'a good page', html: page({}), says: [] },
  { name: 'low contrast', html: page({ main: '<p class="pale">Can you read this?</p>' }), says: ['axe color-contrast'] },
  { name: 'a picture without words', html: page({ main: '<img src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\'/>">' }), says: ['axe image-alt'] },
  { name: 'small targets', html: page({ main: '<button>x</button>'.repeat(2), head: '' }).replaceAll('<button>', '<button class="tiny">'), style: '.tiny { width: 9px; height: 9px; padding: 0; border: 0; font-size: 8px }', says: ['axe target-size'] },
  { name: 'an inline script', html: page({ tail: '<script>1</script>' }), says: ['content security policy', 'console'] },
  { name: 'a style attribute', html: page({ main: '<p style="margin: 0">x</p>' }), says: ['style attribute', 'content security policy'] },
  { name: 'a picture from elsewhere', html: page({ main: '<img alt="x" src="http://other.test/x.png">' }), says: ['another host', 'content security policy'] },
  { name: 'a script that throws', html: page({ tail: '<script src="/throw.js"></script>' }), says: ['broken script'] },
  { name: 'a script that complains', html: page({ tail: '<script src="/complain.js"></script>' }), says: ['something is wrong'] },
  { name: 'too wide', html: page({ main: '<p class="wide">x</p>' }), says: ['px wide'] },
  { name: 'too large', html: page({ main: `<p>${'words '.repeat(20_000)}</p>` }), says: ['more than 100000'] },
  { name: 'two first headings', html: page({ main: '<h1>Again</h1>' }), says: ['2 h1'] },
  { name: 'an id twice', html: page({ main: '<p id="a">x</p><p id="a">y</p>' }), says: ['ids used twice: a'] },
  { name: 'focus unseen', html: page({ main: '<p><a class="blind" href="/">home</a></p>' }), says: ["focus can't be seen"] },
  { name: 'content made by scripts', html: page({ tail: '<script src="/add.js"></script>' }), says: ['without JavaScript the main part differs'] },
  { name: 'an error status', html: page({}), status: 500, says: ['status 500'] },
];

const server = createServer((request, response) => {
  const [type, body] = files[request.url] ?? [];
  const number = Number(request.url.slice(1));
  const found = cases[number];
  const headers = { 'content-type': type ?? 'text/html; charset=utf-8', 'content-security-policy': policy };
  if (request.url.startsWith('/extra-')) {
    response.writeHead(200, { ...headers, 'content-type': 'text/css' });
    response.end(cases[Number(request.url.slice(7))].style);
    return;
  }
  response.writeHead(body || found ? (found?.status ?? 200) : 404, headers);
  const extra = found?.style ? `<link rel="stylesheet" href="/extra-${number}">` : '';
  response.end(body ?? found?.html.replace('</head>', `${extra}</head>`) ?? 'nothing here');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

const report = new Report();
const browser = await launch();
for (const [number, { name, says }] of cases.entries()) {
  const lines = [];
  const inner = new Report((line) => lines.push(line));
  const { visitor: person } = visitorOnly(browser, origin);
  await auditPage(inner, { origin, person, page: { name, path: `/${number}` } });
  const said = lines.join('\n');
  const faults = says.filter((word) => !said.includes(word)).map((word) => `the checks do not say "${word}" of ${name}`);
  if (says.length === 0 && inner.failed.length) faults.push(said);
  if (says.length && !inner.failed.length) faults.push(`nothing is found wrong with ${name}`);
  report.result(`the checks find: ${name}`, faults);
}
await browser.close();
server.close();
process.exit(report.end() ? 0 : 1);
