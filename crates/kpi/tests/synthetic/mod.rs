//! Makers of plans that look like plans: distinct names, links explained in their own words,
//! ranges of days, deliverables, a varied team. Tests break them one defect at a time.

#![expect(dead_code, reason = "each test binary uses some of the makers")]

use plan::model::{Benefit, CostItem, Costs, Dependency, Duration, Plan, Role, Text, WbsNode};

const PARTS: [&str; 25] = [
    "intake screen",
    "pump station",
    "settling basin",
    "sand filter",
    "chlorine room",
    "clean water tank",
    "ring main",
    "valve chamber",
    "control cabin",
    "power feeder",
    "access road",
    "perimeter fence",
    "staff canteen",
    "sludge press",
    "river gauge",
    "test laboratory",
    "backup generator",
    "storm culvert",
    "crane runway",
    "meter network",
    "fish ladder",
    "noise wall",
    "visitor path",
    "telemetry mast",
    "spare parts store",
];
/// What the work on a part brings to light, one for each part.
const FINDINGS: [&str; 25] = [
    "flow survey",
    "hydraulic curves",
    "soil borings",
    "grain analysis",
    "gas permit",
    "crack map",
    "pressure zones",
    "torque limits",
    "wiring plan",
    "grid quota",
    "axle loads",
    "land register",
    "shift pattern",
    "cake dryness",
    "flood levels",
    "sampling routine",
    "fuel contract",
    "rain record",
    "hook heights",
    "billing format",
    "migration season",
    "sound model",
    "footfall count",
    "radio licence",
    "shelf list",
];
const STAGES: [&str; 3] = ["Design", "Construct", "Commission"];
const ROLES: [&str; 24] = [
    "Hydrologist",
    "Structural Engineer",
    "Electrician",
    "Surveyor",
    "Buyer",
    "Welder",
    "Site Foreman",
    "Chemist",
    "Safety Officer",
    "Lawyer",
    "Plumber",
    "Crane Operator",
    "Programmer",
    "Archaeologist",
    "Carpenter",
    "Accountant",
    "Ecologist",
    "Geologist",
    "Painter",
    "Radio Technician",
    "Concrete Crew",
    "Mason",
    "Translator",
    "Gardener",
];

fn text(text: &str) -> Text {
    Text {
        text: text.into(),
        source: "plan.txt".into(),
    }
}

fn node(id: String, parent: Option<usize>, level: u32, name: String) -> WbsNode {
    WbsNode {
        id,
        parent,
        level,
        name,
        source: "wbs.json".into(),
        ..WbsNode::default()
    }
}

/// A linked, timed and staffed plan of up to 75 tasks, each a leaf of its breakdown.
pub(crate) fn well_made(leaves: usize) -> Plan {
    let mut plan = unlinked(leaves);
    for task in 1..leaves {
        let finding = FINDINGS[(task - 1) / 3];
        let (before, after) = (name(task - 1), name(task));
        let explanation = match task % 3 {
            0 => format!("{before} settles the {finding}, and {after} would guess without it."),
            1 => format!("Only {before} brings the {finding} on which {after} rests."),
            _ => format!("{after} has to wait for the {finding} out of {before}."),
        };
        link(&mut plan, task - 1, task, &explanation);
    }
    plan
}

/// The same tasks without links.
pub(crate) fn unlinked(leaves: usize) -> Plan {
    let mut plan = Plan {
        title: "Water works for Odense".into(),
        prompt: text("Build water works in Odense, Denmark."),
        wbs: vec![node("root".into(), None, 1, "Water works".into())],
        team: ROLES
            .map(|name| Role {
                name: name.into(),
                ..Role::default()
            })
            .to_vec(),
        ..Plan::default()
    };
    for task in 0..leaves {
        let (part, stage) = (PARTS[task / 3], STAGES[task % 3]);
        let mut leaf = node(id(task), Some(0), 2, name(task));
        leaf.description = format!(
            "{stage} the {part} after checking the {} with the crew on site.",
            FINDINGS[task / 3]
        );
        leaf.deliverable = Some(format!("{part} {} record", stage.to_lowercase()));
        leaf.resources = vec![ROLES[task % 24].into(), ROLES[(task * 5 + 7) % 24].into()];
        plan.wbs.push(leaf);
        let days = 5.0 + (task % 9) as f64;
        plan.durations
            .push(duration(id(task), (days, days + 4.0, days + 11.0)));
    }
    plan
}

pub(crate) fn name(task: usize) -> String {
    format!("{} {}", STAGES[task % 3], PARTS[task / 3])
}

pub(crate) fn id(task: usize) -> String {
    format!("t{task}")
}

pub(crate) fn duration(task_id: String, (min, realistic, max): (f64, f64, f64)) -> Duration {
    Duration {
        task_id,
        days_min: Some(min),
        days_realistic: Some(realistic),
        days_max: Some(max),
        ..Duration::default()
    }
}

pub(crate) fn link(plan: &mut Plan, before: usize, after: usize, explanation: &str) {
    plan.dependencies.push(Dependency {
        dependent: id(after),
        depends_on: id(before),
        explanation: explanation.into(),
        source: "dependencies.json".into(),
    });
}

/// Appends `count` chained tasks that differ by their number alone.
pub(crate) fn add_trivial(plan: &mut Plan, count: usize) {
    if plan.wbs.is_empty() {
        plan.wbs
            .push(node("root".into(), None, 1, "Everything".into()));
    }
    for task in 0..count {
        let mut leaf = node(format!("x{task}"), Some(0), 2, format!("Task {task}"));
        leaf.description = format!("Carry out task {task} as planned.");
        plan.wbs.push(leaf);
        plan.durations
            .push(duration(format!("x{task}"), (1.0, 2.0, 3.0)));
        if task > 0 {
            plan.dependencies.push(Dependency {
                dependent: format!("x{task}"),
                depends_on: format!("x{}", task - 1),
                explanation: format!("Task {task} needs task {} to be finished.", task - 1),
                source: "dependencies.json".into(),
            });
        }
    }
}

/// A plan with a budget of EUR 12 million in its prompt and costs of EUR 8 million.
pub(crate) fn costed() -> Plan {
    let mut plan = well_made(12);
    plan.title = "Village school of Ribe".into();
    plan.prompt = text(
        "Renovate the village school in Ribe, Denmark, its library and offices. Budget: EUR 12 million. Open by August 2028.",
    );
    let items = [
        ("Roof and windows", 3.0e6, "two quotations of 2026"),
        ("Heating and ventilation", 2.5e6, "price list"),
        (
            "Classrooms and library",
            2.5e6,
            "cost per m2 of the last school",
        ),
    ];
    plan.costs = Costs {
        items: items
            .iter()
            .enumerate()
            .map(|(index, (description, amount, basis))| CostItem {
                id: format!("c{index}"),
                description: (*description).into(),
                amount: Some(*amount),
                currency: "EUR".into(),
                basis: (*basis).into(),
                source: format!("/costs/items/{index}"),
                ..CostItem::default()
            })
            .collect(),
        stated_total: Some(8.0e6),
        source: "/costs".into(),
        ..Costs::default()
    };
    plan
}

/// [`costed`] with a yearly benefit of EUR 1 million for 20 years, with a source.
pub(crate) fn costed_with_benefits() -> Plan {
    let mut plan = costed();
    plan.benefits = vec![Benefit {
        id: "b1".into(),
        description: "Pupils who no longer travel to the next town".into(),
        quantity: Some(500.0),
        unit: "pupils".into(),
        unit_value: Some(2_000.0),
        amount: Some(1.0e6),
        currency: "EUR".into(),
        start_year: Some(2.0),
        years: Some(20.0),
        evidence: "Municipal transport accounts 2025, page 14".into(),
        source: "/benefits/0".into(),
    }];
    plan
}
