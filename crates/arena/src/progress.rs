//! What a long use case tells whoever watches it.

/// One thing that happened; amounts of money are in nano-USD (10⁻⁹ US dollars).
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A step of known length begins ("reading plans", 35).
    Started {
        step: Step,
        total: u64,
    },
    /// One unit of the step is done.
    Advanced {
        step: Step,
        by: u64,
    },
    /// Money and tokens spent by this run so far.
    Spent {
        calls: u64,
        tokens: u64,
        cost_nano_usd: i64,
    },
    Finished {
        step: Step,
    },
    /// Something worth a line: a judge suspended, a plan quarantined.
    Note(String),
}

/// The steps of a run, in their usual order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    Read,
    Extract,
    Compare,
    Rate,
}

impl Step {
    pub fn label(self) -> &'static str {
        match self {
            Self::Read => "reading plans",
            Self::Extract => "extracting KPIs",
            Self::Compare => "comparing",
            Self::Rate => "rating",
        }
    }
}

/// Receives events; called from several tasks at once.
pub trait Observer: Send + Sync {
    fn on(&self, event: Event);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn on(&self, _: Event) {}
}
