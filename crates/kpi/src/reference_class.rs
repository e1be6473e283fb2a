//! Reference classes: how much projects of a kind overran their cost estimates, and fell short
//! of their benefits, in the past (the outside view of Kahneman, Lovallo and Flyvbjerg).
//!
//! A class's ratio of actual to estimated cost is log-normal through its P50 and P80. The
//! server chooses the class from the plan's words; of the two likeliest the worse is used, so
//! that wording a plan as an easier kind of project gains nothing.

mod classify;
mod table;

use serde::{Deserialize, Serialize};

use crate::stats::{Z80, Z95};

pub use classify::{Classification, classify};

/// Kinds of projects with a known record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Rail,
    Road,
    FixedLink,
    StandardBuilding,
    NonStandardBuilding,
    CivilWorks,
    InformationTechnology,
    NuclearPower,
    Hydropower,
    SolarPower,
    WindPower,
    MegaEvent,
    AerospaceDefence,
    Mining,
    WaterTreatment,
    HealthAndResearch,
    EquipmentAndDevelopment,
    ServicesAndProgrammes,
}

impl Class {
    pub const ALL: [Self; 18] = [
        Self::Rail,
        Self::Road,
        Self::FixedLink,
        Self::StandardBuilding,
        Self::NonStandardBuilding,
        Self::CivilWorks,
        Self::InformationTechnology,
        Self::NuclearPower,
        Self::Hydropower,
        Self::SolarPower,
        Self::WindPower,
        Self::MegaEvent,
        Self::AerospaceDefence,
        Self::Mining,
        Self::WaterTreatment,
        Self::HealthAndResearch,
        Self::EquipmentAndDevelopment,
        Self::ServicesAndProgrammes,
    ];

    /// The record of this class.
    pub fn record(self) -> &'static Record {
        table::record_of(self)
    }
}

/// How well a figure of the table is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// As published, and found again in a second text.
    Checked,
    /// As published, from one text.
    Published,
    /// Computed from published figures; the source says how.
    Derived,
    /// Nothing published for this class: a general figure stands in.
    Assumed,
}

/// Past cost overruns and benefit shortfalls of one class. Overruns are shares of the estimate
/// at the decision to build: .40 means 40 % over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Record {
    pub class: Class,
    pub p50: f64,
    pub p80: f64,
    /// Mean overrun, `h_c` in the impact formula.
    pub mean: f64,
    pub cost_confidence: Confidence,
    pub cost_source: &'static str,
    /// Benefits reached ÷ benefits forecast, `h_b` in the impact formula.
    pub benefit_ratio: f64,
    pub benefit_confidence: Confidence,
    pub benefit_source: &'static str,
}

impl Record {
    /// Location of the log-normal distribution of actual ÷ estimated cost.
    pub fn mu(&self) -> f64 {
        self.p50.ln_1p()
    }

    /// Scale of the log-normal distribution of actual ÷ estimated cost.
    pub fn sigma(&self) -> f64 {
        (self.p80.ln_1p() - self.mu()) / Z80
    }

    /// 95th percentile of actual ÷ estimated cost.
    pub fn p95_ratio(&self) -> f64 {
        (self.mu() + Z95 * self.sigma()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::Class;
    use crate::stats::normal_cdf;

    #[test]
    fn every_class_has_a_sound_record() {
        for class in Class::ALL {
            let record = class.record();
            assert_eq!(record.class, class);
            assert!(record.p50 > -0.5 && record.p80 > record.p50, "{record:?}");
            assert!(
                record.sigma() > 0.0 && record.p95_ratio() > 1.0 + record.p80,
                "{record:?}"
            );
            assert!(
                record.mean > 0.0 && (0.0..=1.0).contains(&record.benefit_ratio),
                "{record:?}"
            );
            assert!(record.cost_source.len() > 20 && record.benefit_source.len() > 20);
        }
    }

    #[test]
    fn the_distribution_goes_through_its_percentiles() {
        let rail = Class::Rail.record();
        let reached = |ratio: f64| normal_cdf((ratio.ln() - rail.mu()) / rail.sigma());
        assert!((reached(1.40) - 0.5).abs() < 1e-12);
        assert!((reached(1.57) - 0.8).abs() < 1e-12);
    }
}
