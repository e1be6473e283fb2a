// Plans to submit. Different subjects are different plans, not near copies of one another.

const subjects = {
  orchard: ['Plant a community orchard of 240 apple trees', 'Survey the soil', 'Order rootstock from the nursery', 'Dig and stake the rows', 'Water through the first summer'],
  ferry: ['Replace the diesel ferry by an electric one', 'Tender the hull', 'Install the quay charger', 'Train four skippers', 'Pass the harbour inspection'],
  archive: ['Digitise forty thousand glass negatives', 'Hire two conservators', 'Build the copy stand', 'Describe every plate', 'Publish the catalogue'],
  quarry: ['Turn the flooded quarry into a bathing lake', 'Test the water monthly', 'Fence the cliffs', 'Build the jetty', 'Appoint lifeguards'],
  cellar: ['Insulate the vaulted cellars under the town hall', 'Measure damp in winter', 'Lay the drain', 'Line the walls with lime', 'Move the boilers'],
};

/** Plan JSON about one of the subjects. */
export function plan(title, subject) {
  const [goal, ...steps] = subjects[subject];
  const tasks = steps.map((name, index) => ({ id: `${index + 1}`, name, description: `${name}, so that it can be checked by ${subject} visitors.`, deliverable: `Record of step ${index + 1}` }));
  return {
    title,
    prompt: `${goal} by May 2028. Budget: EUR ${(subject.length * 41).toString()} thousand. ${steps.join('. ')}.`,
    objective: `${goal} by May 2028.`,
    domain: subject,
    wbs: tasks,
    dependencies: tasks.slice(1).map((task, index) => ({ task: task.id, depends_on: tasks[index].id, why: `${task.name} needs what came before.` })),
    durations: tasks.map((task, index) => ({ task: task.id, min_days: 5 + index, realistic_days: 12 + index, max_days: 30 + index })),
    costs: { currency: 'EUR', items: tasks.map((task, index) => ({ task: task.id, description: task.name, amount: 9000 + 1000 * index })) },
  };
}
