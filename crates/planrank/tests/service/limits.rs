//! Rate limits hold with the settings that the service has by itself, and say when to come back.

use testkit::databases::TestDatabase;
use testkit::service::Role;

use crate::support::plans::generated;
use crate::support::{on_both, plan_id, strict_launcher, submit, user};

/// More by far than the 5 a minute that are allowed.
const TRIES: u64 = 8;

async fn five_a_minute(database: &TestDatabase) {
    let launcher = strict_launcher(database);
    let service = launcher.start(Role::Web).await;
    let ada = user(&launcher, &service, "ada", "user").await;
    let bob = user(&launcher, &service, "bob", "user").await;
    let mut refused = 0;
    for plan in generated(TRIES) {
        let reply = submit(&ada, &plan, "public").await;
        if reply.status == 429 {
            refused += 1;
            let problem = reply.problem(429, "rate_limited");
            let again = problem["retry_after_secs"].as_u64().unwrap();
            assert!((1..=60).contains(&again), "{problem}");
        } else {
            plan_id(&reply);
        }
    }
    // A slow machine may have given one back meanwhile.
    assert!(
        (2..=3).contains(&refused),
        "{refused} of {TRIES} were refused"
    );
    plan_id(&submit(&bob, &generated(1)[0], "public").await);
}

on_both! {
    async fn an_account_submits_five_plans_a_minute_and_others_are_not_concerned(database) {
        five_a_minute(database).await;
    }

    /// Limits are kept in the database, so a second replica grants nothing more.
    async fn replicas_share_limits(database) {
        let launcher = strict_launcher(database);
        let first = launcher.start(Role::Web).await;
        let second = launcher.start(Role::Web).await;
        let ada = user(&launcher, &first, "ada", "user").await;
        let mut accepted = 0;
        for (plan, at) in generated(TRIES).iter().zip([&first, &second].into_iter().cycle()) {
            let reply = submit(&ada.at(&at.url()), plan, "public").await;
            accepted += u64::from(reply.status == 202);
        }
        assert!((5..=6).contains(&accepted), "{accepted} of {TRIES} were accepted");
    }
}
