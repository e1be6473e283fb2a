// What a page does that nobody sees: errors on the console, violations of the content security
// policy, requests to other hosts.

/** Starts to watch `page`; the list grows while the page lives. */
export async function watch(page, { origin, expectedStatus = 200 }) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(`uncaught ${error}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // Chromium reports the page's own status as an error, also where it is what we asked for.
    const own = message.location().url === page.url() && message.text().includes(`status of ${expectedStatus} `);
    if (!own) faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.origin !== origin) {
      faults.push(`request to another host: ${url.href}`);
    }
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A live update that is under way when the page is left ends like this.
    if (why !== 'net::ERR_ABORTED') faults.push(`request failed: ${request.url()}: ${why}`);
  });
  await page.exposeBinding('__cspViolation', (_, what) => faults.push(`content security policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.__cspViolation(`${event.violatedDirective} forbids ${event.blockedURI} at ${event.sourceFile ?? 'the page'}:${event.lineNumber}`);
    });
  });
  return faults;
}
