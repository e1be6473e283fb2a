// Every page of the service, who looks at it, and the status that they get (200 if not said).
//
// `{top}`, `{second}` and `{last}` are ids of public plans, from lib/places.mjs, which says what
// else can stand in braces. A new page is a new line here.

export const pages = [
  { name: 'home', path: '/', as: ['visitor', 'user'] },
  { name: 'login', path: '/login', as: ['visitor'] },
  { name: 'rankings', path: '/rankings', as: ['visitor', 'user'] },
  { name: 'rankings-filtered', path: '/rankings?domain={domain}', as: ['visitor'] },
  { name: 'rankings-nothing-found', path: '/rankings?since=2001-01-01&until=2001-01-02', as: ['visitor'] },
  { name: 'rankings-mine', path: '/rankings?scope=mine', as: ['user'] },
  { name: 'plan', path: '/plans/{top}', as: ['visitor', 'user', 'reviewer', 'admin'] },
  { name: 'plan-last', path: '/plans/{last}', as: ['visitor'] },
  { name: 'metrics', path: '/metrics/{top}', as: ['visitor', 'admin'] },
  { name: 'compare-choice', path: '/compare', as: ['visitor'] },
  { name: 'compare', path: '/compare/{top}/{second}', as: ['visitor'] },
  { name: 'compare-far-apart', path: '/compare/{top}/{last}', as: ['visitor'] },
  { name: 'judges', path: '/judges', as: ['visitor'] },
  { name: 'submit', path: '/submit', as: ['visitor', 'user'] },
  { name: 'new-plan', path: '/plans/new', as: ['visitor', 'user'] },
  { name: 'new-plan-example', path: '/plans/new?example=night-buses', as: ['user'] },
  { name: 'run', path: '/plans/{made}/run', as: ['visitor', 'admin'] },
  { name: 'files', path: '/plans/{made}/files', as: ['visitor'] },
  { name: 'artifact', path: '/plans/{made}/files/project_plan.md', as: ['visitor', 'admin'] },
  { name: 'artifact-json', path: '/plans/{made}/files/schedule.json', as: ['visitor'] },
  { name: 'artifact-edit', path: '/plans/{made}/files/project_plan.md?edit=yes', as: ['admin'] },
  { name: 'my-plans', path: '/plans', as: ['user'] },
  { name: 'account', path: '/account', as: ['user', 'admin'] },
  { name: 'audit', path: '/audit', as: ['reviewer'] },
  { name: 'audit-history', path: '/audit/history', as: ['reviewer'] },
  { name: 'audit-refused', path: '/audit', as: ['user'], status: 403 },
  { name: 'admin', path: '/admin', as: ['admin'] },
  { name: 'admin-refused', path: '/admin', as: ['user'], status: 403 },
  { name: 'docs', path: '/docs', as: ['visitor'] },
  { name: 'not-found', path: '/no-such-page', as: ['visitor', 'user'], status: 404 },
  { name: 'plan-not-found', path: '/plans/00000000-0000-7000-8000-000000000000', as: ['visitor'], status: 404 },
];
