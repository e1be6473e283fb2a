// What stands for the words in braces in a page's path.

/** Ids, and a domain, read from the public leaderboard of the service. */
export async function places(origin) {
  const response = await fetch(new URL('/api/leaderboard?scope=public&limit=100', origin));
  if (!response.ok) throw new Error(`the leaderboard answers ${response.status}: ${(await response.text()).slice(0, 300)}`);
  const { items } = await response.json();
  if (!(items?.length >= 3)) throw new Error('the service needs at least three ranked public plans: run `planrank demo --once` on its database');
  const domain = items.find((plan) => plan.domain)?.domain ?? '';
  return { top: items[0].plan_id, second: items[1].plan_id, last: items.at(-1).plan_id, domain: encodeURIComponent(domain) };
}

/** `/plans/{top}` with the id in it. */
export function filled(path, known) {
  return path.replace(/\{(\w+)\}/g, (_, word) => {
    if (!(word in known)) throw new Error(`nothing stands for {${word}} in ${path}`);
    return known[word];
  });
}
