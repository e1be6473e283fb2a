//! How many calls are under way at once, and whose turn is next.
//!
//! The most urgent waits least: those on the longest remaining path. Clones share their slots, so
//! that one limit can hold for a run or for all runs of a worker.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A number of places for calls.
#[derive(Debug, Clone)]
pub struct Slots(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    free: usize,
    waiting: BinaryHeap<Waiter>,
    arrived: u64,
}

#[derive(Debug)]
struct Waiter {
    urgency: f64,
    arrival: u64,
    turn: oneshot::Sender<Slot>,
}

/// A place that one call has; free again when dropped.
#[derive(Debug)]
pub struct Slot(Option<Slots>);

impl Slots {
    /// `places` of 0 counts as 1.
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: places.max(1),
            ..State::default()
        })))
    }

    /// Waits for a place. Dropping the future gives up the turn.
    pub async fn take(&self, urgency: f64) -> Slot {
        let turn = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                return Slot(Some(self.clone()));
            }
            let (sender, receiver) = oneshot::channel();
            state.arrived += 1;
            let arrival = state.arrived;
            state.waiting.push(Waiter {
                urgency,
                arrival,
                turn: sender,
            });
            receiver
        };
        // The sender is dropped with its slots only, which this future holds.
        turn.await.unwrap_or(Slot(None))
    }

    /// Hands the place to the next who still waits.
    fn pass_on(&self) {
        let mut slot = Slot(Some(self.clone()));
        loop {
            let mut state = self.lock();
            let Some(waiter) = state.waiting.pop() else {
                state.free += 1;
                slot.0 = None;
                return;
            };
            drop(state);
            match waiter.turn.send(slot) {
                Ok(()) => return,
                Err(back) => slot = back,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(slots) = self.0.take() {
            slots.pass_on();
        }
    }
}

impl Ord for Waiter {
    fn cmp(&self, other: &Self) -> Ordering {
        let urgency = self.urgency.total_cmp(&other.urgency);
        urgency.then(other.arrival.cmp(&self.arrival))
    }
}

impl PartialOrd for Waiter {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiter {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiter {}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;

    use super::*;

    #[tokio::test]
    async fn the_most_urgent_comes_next_and_equals_in_order() {
        let slots = Slots::new(1);
        let first = slots.take(0.0).await;
        let mut low = pin!(slots.take(1.0));
        let mut high = pin!(slots.take(9.0));
        let mut later = pin!(slots.take(9.0));
        assert!(poll!(&mut low).is_pending() && poll!(&mut high).is_pending());
        assert!(poll!(&mut later).is_pending());
        drop(first);
        assert!(poll!(&mut low).is_pending() && poll!(&mut later).is_pending());
        drop(high.await);
        assert!(poll!(&mut low).is_pending());
        drop(later.await);
        drop(low.await);
    }

    #[tokio::test]
    async fn a_turn_that_is_given_up_goes_to_the_next() {
        let slots = Slots::new(1);
        let first = slots.take(0.0).await;
        let mut kept = pin!(slots.take(1.0));
        {
            let mut before = pin!(slots.take(9.0));
            let mut handed = pin!(slots.take(8.0));
            assert!(poll!(&mut before).is_pending() && poll!(&mut handed).is_pending());
            assert!(poll!(&mut kept).is_pending());
            drop(first);
            // One has the turn without having looked, the other waits: both go away.
        }
        drop(kept.await);
        assert_eq!(slots.lock().free, 1);
    }
}
