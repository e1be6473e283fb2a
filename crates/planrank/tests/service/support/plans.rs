//! As many plans as wanted, none a near copy of another: each is put together from parts of the
//! example plans that a seed chose.

use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

/// One of the example plans, by the name of its file.
pub(crate) fn example(name: &str) -> Value {
    examples()
        .into_iter()
        .find(|(file, _)| file == name)
        .map(|(_, plan)| plan)
        .expect("an example plan of that name")
}

/// All of them, by the names of their files.
pub(crate) fn examples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let plan = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        (name, plan)
    };
    paths.iter().map(read).collect()
}

/// Plans 0 to `count`, always the same.
pub(crate) fn generated(count: u64) -> Vec<Value> {
    let parts = Parts::of(&examples());
    (0..count).map(|number| parts.plan(number)).collect()
}

/// What the examples are made of.
struct Parts {
    sentences: Vec<String>,
    /// Nodes without children.
    tasks: Vec<Value>,
    risks: Vec<Value>,
    team: Vec<Value>,
    places: Vec<Value>,
}

impl Parts {
    fn of(examples: &[(String, Value)]) -> Self {
        let mut tasks = Vec::new();
        for (_, plan) in examples {
            leaves(&plan["wbs"], &mut tasks);
        }
        let list = |name: &str| -> Vec<Value> {
            let lists = examples
                .iter()
                .filter_map(|(_, plan)| plan[name].as_array());
            lists.flatten().cloned().collect()
        };
        let prompts = examples.iter().filter_map(|(_, p)| p["prompt"].as_str());
        Self {
            sentences: prompts
                .flat_map(|p| p.split_inclusive(". "))
                .map(str::to_owned)
                .collect(),
            tasks,
            risks: list("risks"),
            team: list("team"),
            places: list("locations"),
        }
    }

    fn plan(&self, number: u64) -> Value {
        let random = &mut StdRng::seed_from_u64(number);
        let phases: Vec<Value> = (1..=3).map(|phase| self.phase(phase, random)).collect();
        let ids: Vec<String> = phases.iter().flat_map(task_ids).collect();
        let links = ids
            .windows(2)
            .map(|pair| json!({ "task": pair[1], "depends_on": pair[0] }));
        let durations = ids.iter().map(|id| {
            let days: u32 = random.random_range(2..60);
            json!({ "task": id, "min_days": days / 2, "realistic_days": days, "max_days": days * 3 })
        });
        let durations: Vec<Value> = durations.collect();
        let costs = ids.iter().map(|id| {
            let amount: u32 = random.random_range(1..400);
            json!({ "task": id, "description": "Work and material", "amount": amount * 1000 })
        });
        let costs: Vec<Value> = costs.collect();
        json!({
            "title": format!("{} and {}", self.name(random), self.name(random)),
            "prompt": some(&self.sentences, 4, random).concat(),
            "objective": format!("{}, as number {number} of its kind.", self.name(random)),
            "wbs": phases,
            "dependencies": links.collect::<Vec<_>>(),
            "durations": durations,
            "costs": { "currency": "EUR", "items": costs },
            "risks": some(&self.risks, 3, random),
            "team": some(&self.team, 3, random),
            "locations": some(&self.places, 1, random),
        })
    }

    fn phase(&self, number: usize, random: &mut StdRng) -> Value {
        let tasks = some(&self.tasks, 5, random).into_iter().zip(1..);
        let children = tasks.map(|(mut task, child)| {
            task["id"] = json!(format!("{number}.{child}"));
            task
        });
        json!({ "id": number.to_string(), "name": self.name(random), "children": children.collect::<Vec<_>>() })
    }

    fn name(&self, random: &mut StdRng) -> String {
        let task = self.tasks.choose(random).expect("examples have tasks");
        task["name"].as_str().unwrap_or_default().to_owned()
    }
}

fn some<T: Clone>(of: &[T], count: usize, random: &mut StdRng) -> Vec<T> {
    of.sample(random, count).cloned().collect()
}

fn leaves(nodes: &Value, found: &mut Vec<Value>) {
    for node in nodes.as_array().into_iter().flatten() {
        if node["children"].as_array().is_some_and(|c| !c.is_empty()) {
            leaves(&node["children"], found);
        } else {
            found.push(node.clone());
        }
    }
}

fn task_ids(phase: &Value) -> Vec<String> {
    let tasks = phase["children"].as_array().into_iter().flatten();
    tasks
        .filter_map(|task| task["id"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn no_generated_plan_is_a_near_copy_of_another() {
    use plan::Signature;
    use plan::family::{char_vector, is_family};

    let seen: Vec<_> = generated(500)
        .iter()
        .map(|plan| {
            let plan = plan::read_json(plan.to_string().as_bytes(), "generated").unwrap();
            let card = plan::card(&plan);
            (Signature::of(&card), char_vector(&card))
        })
        .collect();
    for (index, a) in seen.iter().enumerate() {
        for (other, b) in seen[..index].iter().enumerate() {
            let family = is_family((&a.0, &a.1), (&b.0, &b.1));
            assert!(!family, "plans {other} and {index} are one family");
        }
    }
}
