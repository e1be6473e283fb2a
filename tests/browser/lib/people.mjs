// The people who look at pages. All but the visitor sign in by the development login, which a
// service under test offers on loopback.

/** Each with the role that the development login gives. */
const roles = { user: 'user', other: 'user', reviewer: 'reviewer', admin: 'admin' };

/** Somebody with browser contexts of their own. */
class Person {
  constructor(browser, origin, name) {
    Object.assign(this, { browser, origin, name, storageState: undefined });
  }

  context(options = {}) {
    return this.browser.newContext({ baseURL: this.origin, reducedMotion: 'reduce', ...options, storageState: this.storageState });
  }

  async signIn(role) {
    const context = await this.context();
    const page = await context.newPage();
    await page.goto('/login');
    const form = page.locator('form[action="/login/dev"]');
    if ((await form.count()) === 0) throw new Error('the login page offers no development login: start the service with --dev-login');
    await form.locator('[name=name]').fill(`browser ${this.name}`);
    await form.locator(`[name=role][value=${role}]`).check();
    await form.locator('[type=submit]').click();
    await page.waitForURL((url) => !url.pathname.startsWith('/login'));
    this.storageState = await context.storageState();
    await context.close();
    return this;
  }
}

/** Everybody, signed in, by name. */
export async function everybody(browser, origin) {
  const people = { visitor: new Person(browser, origin, 'visitor') };
  for (const [name, role] of Object.entries(roles)) people[name] = await new Person(browser, origin, name).signIn(role);
  return people;
}

/** Only the visitor, for a service without accounts. */
export function visitorOnly(browser, origin) {
  return { visitor: new Person(browser, origin, 'visitor') };
}
