//! Early and late times of each task, and its float.

use serde::Serialize;

use crate::code::network::Network;

/// Days after the project's start. A finish is the first day on which the task is over.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Times {
    pub(crate) early_start_day: u64,
    pub(crate) early_finish_day: u64,
    pub(crate) late_start_day: u64,
    pub(crate) late_finish_day: u64,
    /// Days that the task may slip without moving the project's end.
    pub(crate) float_days: u64,
    /// Days that it may slip without moving any other task.
    pub(crate) free_float_days: u64,
    pub(crate) critical: bool,
}

/// The forward and the backward pass.
pub(super) fn times(network: &Network, days: &[u64]) -> Vec<Times> {
    let order = network.order();
    let mut start = vec![0_u64; days.len()];
    for &task in &order {
        let finish = start[task] + days[task];
        for next in network.successors(task) {
            start[next] = start[next].max(finish);
        }
    }
    let end = (0..days.len()).map(|task| start[task] + days[task]).max();
    let end = end.unwrap_or(0);
    let mut late_finish = vec![end; days.len()];
    for &task in order.iter().rev() {
        let latest = network
            .successors(task)
            .map(|next| late_finish[next] - days[next]);
        late_finish[task] = latest.min().unwrap_or(end);
    }
    let times = |task: usize| {
        let (early_finish, late_start) = (start[task] + days[task], late_finish[task] - days[task]);
        let next = network.successors(task).map(|next| start[next]).min();
        Times {
            early_start_day: start[task],
            early_finish_day: early_finish,
            late_start_day: late_start,
            late_finish_day: late_finish[task],
            float_days: late_start - start[task],
            free_float_days: next.unwrap_or(end) - early_finish,
            critical: late_start == start[task],
        }
    };
    (0..days.len()).map(times).collect()
}

/// One chain of critical tasks from the first day to the last.
pub(super) fn one_path(network: &Network, times: &[Times]) -> Vec<usize> {
    let mut path = Vec::new();
    let mut at =
        (0..times.len()).find(|&task| times[task].critical && times[task].early_start_day == 0);
    while let Some(task) = at {
        path.push(task);
        at = network.successors(task).find(|&next| {
            times[next].critical && times[next].early_start_day == times[task].early_finish_day
        });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{one_path, times};
    use crate::code::network::Network;
    use proptest::prelude::*;

    /// A textbook network: 0 → {1, 2} → 3, where 1 is long and 2 is short.
    #[test]
    fn the_short_branch_has_float_and_the_long_one_is_critical() {
        let mut network = Network::new(4);
        for (first, then) in [(0, 1), (0, 2), (1, 3), (2, 3)] {
            network.link(first, then);
        }
        let found = times(&network, &[3, 10, 4, 2]);
        let floats: Vec<u64> = found.iter().map(|time| time.float_days).collect();
        assert_eq!(floats, [0, 0, 6, 0]);
        assert_eq!(found[3].early_finish_day, 15);
        assert_eq!((found[2].early_start_day, found[2].late_start_day), (3, 9));
        assert_eq!(one_path(&network, &found), [0, 1, 3]);
    }

    proptest! {
        #[test]
        fn no_task_starts_before_its_predecessors_end_and_the_critical_path_is_the_length(
            links in proptest::collection::vec((0_usize..10, 0_usize..10), 0..40),
            days in proptest::collection::vec(1_u64..50, 10),
        ) {
            let mut network = Network::new(10);
            for (first, then) in links {
                network.link(first, then);
            }
            let found = times(&network, &days);
            let end = found.iter().map(|time| time.early_finish_day).max().unwrap_or(0);
            for (task, time) in found.iter().enumerate() {
                prop_assert!(time.late_finish_day <= end);
                for next in network.successors(task) {
                    prop_assert!(time.early_finish_day <= found[next].early_start_day);
                    prop_assert!(time.late_finish_day <= found[next].late_start_day);
                }
            }
            let path = one_path(&network, &found);
            prop_assert_eq!(path.iter().map(|task| days[*task]).sum::<u64>(), end);
        }
    }
}
