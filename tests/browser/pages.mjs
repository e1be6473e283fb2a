// Every page of the service, who looks at it, and the status that they get (200 if not said).
//
// `{top}` and `{second}` are the ids of the two best public plans; a page that needs anything more
// gets it in lib/places.mjs. A new page is a new line here.

export const pages = [
  { name: 'home', path: '/', as: ['visitor', 'user'] },
  { name: 'login', path: '/login', as: ['visitor'] },
  { name: 'rankings', path: '/rankings', as: ['visitor', 'user'] },
  { name: 'rankings-filtered', path: '/rankings?domain=energy%20infrastructure', as: ['visitor'] },
  { name: 'rankings-nothing-found', path: '/rankings?domain=no-such-domain', as: ['visitor'] },
  { name: 'rankings-mine', path: '/rankings?scope=mine', as: ['user'] },
  { name: 'plan', path: '/plans/{top}', as: ['visitor', 'user', 'reviewer'] },
  { name: 'plan-last', path: '/plans/{last}', as: ['visitor'] },
  { name: 'metrics', path: '/metrics/{top}', as: ['visitor', 'admin'] },
  { name: 'compare', path: '/compare/{top}/{second}', as: ['visitor'] },
  { name: 'compare-far-apart', path: '/compare/{top}/{last}', as: ['visitor'] },
  { name: 'my-plans', path: '/plans', as: ['user'] },
  { name: 'upload', path: '/plans/new', as: ['user'] },
  { name: 'account', path: '/account', as: ['user', 'admin'] },
  { name: 'audit', path: '/audit', as: ['reviewer'] },
  { name: 'audit-refused', path: '/audit', as: ['user'], status: 403 },
  { name: 'api-reference', path: '/docs', as: ['visitor'] },
  { name: 'not-found', path: '/no-such-page', as: ['visitor', 'user'], status: 404 },
  { name: 'plan-not-found', path: '/plans/00000000-0000-7000-8000-000000000000', as: ['visitor'], status: 404 },
];
