//! The state of a contest, read from the store and numbered for the mathematics.
//!
//! A *node* is what holds one place on the board: a family in the public contest, a plan in a
//! private one. Nodes are numbered by content hash and judges by fingerprint, never by ids
//! that the server made, so the same contents and verdicts give the same numbers everywhere.
//! Deliberately absent: writing, and any decision.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rating::Comparison;
use store::{
    AccountId, AuditOverride, ComparisonFilter, ComparisonKind, Contest, Digest, Entrant,
    FamilyRow, Judge, JudgeId, PairCount, PlanId, PlanState, RatedPair, Store, StoreError,
};

use crate::audit::overrides;

/// One place on the board.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The plan that stands for the node before a judge and on the board.
    pub(crate) plan: PlanId,
    pub(crate) hash: Digest,
    /// Who submitted it. A copy that somebody adds to a family changes nothing about whom the
    /// family may meet.
    pub(crate) owner: AccountId,
    /// Content of every member, hidden ones too, sorted.
    pub(crate) contents: Vec<Digest>,
    /// What canonicalisation removed from the plan, as JSON.
    pub(crate) integrity: String,
    /// Not withdrawn or quarantined: may be compared and is published.
    pub(crate) active: bool,
    /// Place in the order of arrival, from 0; decides the bucket and never changes.
    pub(crate) arrival: u32,
}

/// All nodes of a contest.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) nodes: Vec<Node>,
    by_plan: BTreeMap<PlanId, u32>,
}

/// Which plans of a contest take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Those that phase 1 has measured.
    Measured,
    /// Those that it will measure, too: for estimates.
    Expected,
}

impl Field {
    pub(crate) async fn load(store: &Store, contest: Contest) -> Result<Self, StoreError> {
        Self::of(store, contest, Entry::Measured).await
    }

    async fn of(store: &Store, contest: Contest, entry: Entry) -> Result<Self, StoreError> {
        let groups: Vec<(PlanId, Vec<Entrant>)> = match contest {
            Contest::Public => store
                .families(contest)
                .await?
                .into_iter()
                .map(group)
                .collect(),
            Contest::Private(_) => store
                .entrants(contest)
                .await?
                .into_iter()
                .map(|e| (e.plan_id, vec![e]))
                .collect(),
        };
        Ok(Self::number(groups, entry))
    }

    fn number(groups: Vec<(PlanId, Vec<Entrant>)>, entry: Entry) -> Self {
        let draft = |group| Draft::new(group, entry);
        let mut drafts: Vec<Draft> = groups.into_iter().filter_map(draft).collect();
        drafts.sort_by_key(|d| (d.arrived, d.node.hash));
        for (arrival, draft) in (0..).zip(&mut drafts) {
            draft.node.arrival = arrival;
        }
        // They keep their place in the order of arrival.
        drafts.retain(|d| d.takes_part);
        drafts.sort_by_key(|d| (d.node.hash, d.node.plan));
        let by_plan = (0..)
            .zip(&drafts)
            .flat_map(|(index, draft)| draft.members.iter().map(move |plan| (*plan, index)))
            .collect();
        Self {
            nodes: drafts.into_iter().map(|d| d.node).collect(),
            by_plan,
        }
    }

    pub(crate) fn node_of(&self, plan: PlanId) -> Option<u32> {
        self.by_plan.get(&plan).copied()
    }

    pub(crate) fn active(&self) -> impl Iterator<Item = (u32, &Node)> {
        (0..).zip(&self.nodes).filter(|(_, node)| node.active)
    }

    /// Whether two nodes may meet. In the public contest a pair never has one owner on both
    /// sides; the system's plans meet everyone, each other too.
    pub(crate) fn may_meet(&self, contest: Contest, a: u32, b: u32) -> bool {
        let (a, b) = (&self.nodes[a as usize], &self.nodes[b as usize]);
        let shared_owner = a.owner == b.owner && a.owner != AccountId::SYSTEM;
        a.active && b.active && (matches!(contest, Contest::Private(_)) || !shared_owner)
    }
}

struct Draft {
    node: Node,
    arrived: chrono::DateTime<chrono::Utc>,
    members: Vec<PlanId>,
    takes_part: bool,
}

impl Draft {
    /// A member that isn't measured yet does not stand for the others.
    fn new((representative, members): (PlanId, Vec<Entrant>), entry: Entry) -> Option<Self> {
        let may_enter = |m: &&Entrant| entry == Entry::Expected || m.has_kpis;
        let place = |m: &&Entrant| (m.plan_id != representative, m.state != PlanState::Active);
        let entered = members.iter().filter(may_enter).min_by_key(place);
        let face = entered.or_else(|| members.iter().min_by_key(place))?;
        let mut contents: Vec<Digest> = members.iter().map(|m| m.content_hash).collect();
        contents.sort_unstable();
        let node = Node {
            plan: representative,
            hash: face.content_hash,
            owner: face.owner_id,
            contents,
            integrity: face.integrity.clone(),
            active: face.state == PlanState::Active,
            arrival: 0,
        };
        let arrived = members.iter().map(|m| m.created_at).min()?;
        Some(Self {
            takes_part: entered.is_some(),
            node,
            arrived,
            members: members.into_iter().map(|m| m.plan_id).collect(),
        })
    }
}

fn group(family: FamilyRow) -> (PlanId, Vec<Entrant>) {
    (family.representative, family.members)
}

/// Everything that decides what happens next in a contest.
#[derive(Debug)]
pub(crate) struct Position {
    pub(crate) contest: Contest,
    pub(crate) field: Field,
    /// Sorted by fingerprint; the index is the judge's number in the fit.
    pub(crate) judges: Vec<Judge>,
    /// Verdicts between two nodes, with node and judge numbers.
    pub(crate) log: Vec<Comparison>,
    /// What people overrode, by the judge that stands for them; beside `log` in every fit.
    pub(crate) overrides: Vec<Comparison>,
    /// The stored comparison of each entry of `log`.
    pub(crate) pairs: Vec<RatedPair>,
    /// Ordered pairs of nodes ever scheduled, with the judge.
    pub(crate) met: Vec<(u32, u32, JudgeId)>,
    /// Plans that a judge has been asked about.
    pub(crate) seen: BTreeSet<(PlanId, JudgeId)>,
    pub(crate) canaries: Vec<store::Comparison>,
    /// Comparisons planned so far, of every kind.
    pub(crate) planned: u64,
    /// Those of them that plans on the board have used: what the budget is compared with, so
    /// that plans that were withdrawn don't use up the newcomers' share.
    pub(crate) used: u64,
    /// Comparisons that have ended, void ones too.
    pub(crate) ended: u64,
    /// Rounds that are finished.
    pub(crate) rounds: i64,
}

impl Position {
    pub(crate) async fn load(store: &Store, contest: Contest) -> Result<Self, StoreError> {
        let overrides = overrides::in_force(store, contest).await?;
        Self::load_with(store, contest, &overrides).await
    }

    /// With the plans that are not measured yet.
    pub(crate) async fn expected(store: &Store, contest: Contest) -> Result<Self, StoreError> {
        let overrides = overrides::in_force(store, contest).await?;
        Self::of(store, contest, &overrides, Entry::Expected).await
    }

    /// As if these were the overrides in force.
    pub(crate) async fn load_with(
        store: &Store,
        contest: Contest,
        overrides: &[AuditOverride],
    ) -> Result<Self, StoreError> {
        Self::of(store, contest, overrides, Entry::Measured).await
    }

    async fn of(
        store: &Store,
        contest: Contest,
        overrides: &[AuditOverride],
        entry: Entry,
    ) -> Result<Self, StoreError> {
        let field = Field::of(store, contest, entry).await?;
        let (judges, overrides) = overrides::numbered(&field, store.judges().await?, overrides);
        let counts = store.pair_counts(contest).await?;
        let canaries = canaries(store, contest).await?;
        let (pairs, log) = numbered(&field, &judges, store.rated_pairs(contest).await?);
        let number = |count: &PairCount| count.comparisons.unsigned_abs();
        let on_board = |plan: PlanId| {
            field
                .node_of(plan)
                .is_some_and(|n| field.nodes[n as usize].active)
        };
        let used = counts
            .iter()
            .filter(|c| on_board(c.first_plan) && on_board(c.second_plan))
            .map(number)
            .sum::<u64>()
            + canaries.iter().filter(|c| on_board(c.first_plan)).count() as u64;
        let planned = counts.iter().map(number).sum::<u64>() + canaries.len() as u64;
        let (rounds, open) = match store.open_round(contest).await? {
            Some(round) => {
                let left = store.scheduled(contest, round.number).await?.len() as u64;
                (round.number - 1, left)
            }
            None => (store.last_round(contest).await?, 0),
        };
        let seen = counts
            .iter()
            .flat_map(|c| [(c.first_plan, c.judge_id), (c.second_plan, c.judge_id)])
            .collect();
        let met = counts
            .iter()
            .filter_map(|count| ordered_pair(&field, count))
            .collect();
        Ok(Self {
            contest,
            field,
            judges,
            log,
            overrides,
            pairs,
            met,
            seen,
            canaries,
            planned,
            used,
            ended: planned - open,
            rounds,
        })
    }

    /// Everything that a fit rests on.
    pub(crate) fn observations(&self) -> Cow<'_, [Comparison]> {
        if self.overrides.is_empty() {
            return Cow::Borrowed(&self.log);
        }
        Cow::Owned([self.log.as_slice(), &self.overrides].concat())
    }

    /// The verdicts of the first rounds alone, everything else as it is now.
    pub(crate) fn as_of(&self, round: i64) -> Self {
        let early = |pair: &RatedPair| pair.round <= round;
        let kept = self.pairs.iter().zip(&self.log).filter(|(p, _)| early(p));
        let (pairs, log) = kept.unzip();
        Self {
            contest: self.contest,
            field: self.field.clone(),
            judges: self.judges.clone(),
            overrides: self.overrides.clone(),
            log,
            pairs,
            met: self.met.clone(),
            seen: self.seen.clone(),
            canaries: self.canaries.clone(),
            rounds: round,
            ..*self
        }
    }
}

async fn canaries(store: &Store, contest: Contest) -> Result<Vec<store::Comparison>, StoreError> {
    let mut all = Vec::new();
    for kind in [ComparisonKind::Canary, ComparisonKind::SelfCanary] {
        let filter = ComparisonFilter {
            kind: Some(kind),
            ..ComparisonFilter::default()
        };
        all.extend(store.comparisons(contest, &filter).await?);
    }
    Ok(all)
}

/// Verdicts inside one node (two plans that became one family since) say nothing and drop out.
fn numbered(
    field: &Field,
    judges: &[Judge],
    pairs: Vec<RatedPair>,
) -> (Vec<RatedPair>, Vec<Comparison>) {
    let numbers: BTreeMap<JudgeId, u16> = (0..).zip(judges).map(|(n, j)| (j.judge_id, n)).collect();
    let number = |pair: &RatedPair| {
        let (first, second) = (
            field.node_of(pair.first_plan)?,
            field.node_of(pair.second_plan)?,
        );
        let (judge, level) = (
            *numbers.get(&pair.judge_id)?,
            i8::try_from(pair.level).ok()?,
        );
        (first != second).then_some(Comparison {
            first,
            second,
            judge,
            level,
            weight: 1.0,
        })
    };
    pairs
        .into_iter()
        .filter_map(|pair| Some((pair, number(&pair)?)))
        .unzip()
}

fn ordered_pair(field: &Field, count: &PairCount) -> Option<(u32, u32, JudgeId)> {
    Some((
        field.node_of(count.first_plan)?,
        field.node_of(count.second_plan)?,
        count.judge_id,
    ))
}
