// What stands for the words in braces in a page's path.

/** Ids, and a domain, read from the public leaderboard of the service. */
export async function places(origin, person) {
  const response = await fetch(new URL('/api/leaderboard?scope=public&limit=100', origin));
  if (!response.ok) throw new Error(`the leaderboard answers ${response.status}: ${(await response.text()).slice(0, 300)}`);
  const { items } = await response.json();
  if (!(items?.length >= 3)) throw new Error('the service needs at least three ranked public plans: run `planrank demo --once` on its database');
  const domain = items.find((plan) => plan.domain)?.domain ?? '';
  const made = await madePlan(person);
  return { made, top: items[0].plan_id, second: items[1].plan_id, last: items.at(-1).plan_id, domain: encodeURIComponent(domain) };
}

/** The id of a public plan that the service makes for this person now, without a model. */
async function madePlan(person) {
  const context = await person.context();
  const ask = async (path, data) => {
    const answer = await context.request.fetch(path, data ? { method: 'POST', data, headers: { origin: person.origin } } : {});
    if (!answer.ok()) throw new Error(`${path} answers ${answer.status()}: ${(await answer.text()).slice(0, 300)}`);
    return answer.json();
  };
  try {
    const prompt = 'Build a footbridge over the canal in Ghent, Belgium, by May 2028 for EUR 2 million, so that 4,000 people a day save a detour. The bank must stay open to boats. The heritage council has to agree.';
    const { plan_id: id } = await ask('/api/plans', { prompt, mode: 'fast' });
    for (let n = 0; n < 600; n += 1) {
      const run = await ask(`/api/plans/${id}/run`);
      if (run.state === 'completed') return id;
      if (!['pending', 'processing'].includes(run.state)) throw new Error(`the plan is ${run.state}: ${JSON.stringify(run.failure)}`);
      await new Promise((wake) => setTimeout(wake, 200));
    }
    throw new Error('the plan was not made within two minutes');
  } finally {
    await context.close();
  }
}

/** `/plans/{top}` with the id in it. */
export function filled(path, known) {
  return path.replace(/\{(\w+)\}/g, (_, word) => {
    if (!(word in known)) throw new Error(`nothing stands for {${word}} in ${path}`);
    return known[word];
  });
}
