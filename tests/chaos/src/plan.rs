//! What fails, and when: drawn from a seed.

use std::fmt;
use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// What connections lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Broker,
    Store,
    Service,
}

/// What the service does wrong for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It asks to wait.
    Throttles,
    /// It does so after it has carried the upload out.
    ThrottlesTooLate,
    /// It carries a write out and cuts the connection.
    LosesAnswers,
    /// It cuts the connection before it carries anything out.
    LosesRequests,
    /// It ends exported items too early.
    Truncates,
    /// It calls an item failed that it has stored.
    DeniesItems,
    /// It answers at the wrong positions.
    MixesUp,
    /// It is not there: 503.
    IsAway,
    /// It takes its time.
    IsSlow,
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Blow {
    KillWorker(usize),
    StopWorker(usize),
    /// Longer than a lease.
    StallWorker(usize, Duration),
    KillCoordinator(usize),
    StallCoordinator(usize, Duration),
    KillBroker,
    KillStore,
    /// It answers late.
    StallStore(Duration),
    Cut(Wire),
    Refuse(Wire, Duration),
    Hold(Wire, Duration),
    Service(Trouble, Duration),
    /// The service no longer knows the sync states of a mailbox.
    ForgetSyncStates(usize),
    /// The service no longer takes the tokens it has given out.
    RevokeTokens,
    /// A copy of the store is made, for [`Blow::RestoreStore`].
    BackUpStore,
    /// The store is replaced by its older copy.
    RestoreStore,
}

/// A blow and its time from the beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) at: Duration,
    pub(crate) blow: Blow,
}

/// Between two blows.
const PAUSE: (f64, f64) = (1.5, 4.5);

/// Longer than the leases that [`stage`](crate::stage) sets, also those that cover an upload.
const STALL: (u64, u64) = (12, 45);

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6.1} s  {:?}", self.at.as_secs_f64(), self.blow)
    }
}

/// Draws a plan for `time`: every kind of blow once in each round, in any order. With `restore`,
/// the store is put back too; `only` keeps the kinds whose names contain one of its parts.
pub(crate) fn draw(seed: u64, time: Duration, restore: bool, only: &[String]) -> Vec<Event> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut events = Vec::new();
    let mut at = Duration::from_secs_f64(random.random_range(PAUSE.0..PAUSE.1));
    loop {
        let mut round = deal(&mut random, restore);
        round.retain(|blow| {
            let name = format!("{blow:?}");
            only.is_empty() || only.iter().any(|part| name.contains(part))
        });
        if round.is_empty() {
            return events;
        }
        round.shuffle(&mut random);
        for blow in round {
            if at >= time {
                return events;
            }
            events.push(Event { at, blow });
            at += Duration::from_secs_f64(random.random_range(PAUSE.0..PAUSE.1));
        }
    }
}

/// One blow of each kind, with chosen victims and times.
fn deal(random: &mut Xoshiro256PlusPlus, restore: bool) -> Vec<Blow> {
    use Trouble::*;
    let mut one = |of: usize| random.random_range(0..of);
    let [killed, stopped, stalled] = [one(4), one(4), one(4)];
    let (led, stood, forgotten) = (one(2), one(2), one(1 << 16));
    let mut seconds = |from: u64, to: u64| Duration::from_secs(random.random_range(from..to));
    let mut round = vec![
        Blow::KillWorker(killed),
        Blow::StopWorker(stopped),
        Blow::StallWorker(stalled, seconds(STALL.0, STALL.1)),
        Blow::KillCoordinator(led),
        Blow::StallCoordinator(stood, seconds(6, 12)),
        Blow::KillBroker,
        Blow::KillStore,
        Blow::StallStore(seconds(2, 8)),
        Blow::ForgetSyncStates(forgotten),
        Blow::RevokeTokens,
    ];
    for wire in [Wire::Broker, Wire::Store, Wire::Service] {
        round.push(Blow::Cut(wire));
        round.push(Blow::Refuse(wire, seconds(1, 6)));
        round.push(Blow::Hold(wire, seconds(2, 10)));
    }
    let all = [
        Throttles,
        ThrottlesTooLate,
        LosesAnswers,
        LosesRequests,
        Truncates,
        DeniesItems,
        MixesUp,
        IsAway,
        IsSlow,
    ];
    round.extend(all.map(|trouble| Blow::Service(trouble, seconds(3, 10))));
    if restore {
        round.extend([Blow::BackUpStore, Blow::RestoreStore]);
    }
    round
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn a_seed_draws_the_same_plan_again_and_another_draws_another() {
        assert_eq!(draw(1, LONG, true, &[]), draw(1, LONG, true, &[]));
        assert_ne!(draw(1, LONG, true, &[]), draw(2, LONG, true, &[]));
    }

    #[test]
    fn every_kind_of_blow_comes_and_the_store_goes_back_only_if_asked_for() {
        let names = |restore| {
            let plan = draw(3, LONG, restore, &[]).into_iter();
            let name = |event: Event| {
                let name = format!("{:?}", event.blow);
                match event.blow {
                    Blow::Service(trouble, _) => format!("{trouble:?}"),
                    Blow::Cut(_) => name,
                    Blow::Refuse(wire, _) => format!("Refuse{wire:?}"),
                    Blow::Hold(wire, _) => format!("Hold{wire:?}"),
                    _ => name.split('(').next().unwrap_or_default().to_owned(),
                }
            };
            plan.map(name).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(false).len(), 10 + 9 + 9);
        assert_eq!(names(true).len(), 10 + 9 + 9 + 2);
    }

    #[test]
    fn events_come_in_order_and_within_the_time() {
        let plan = draw(4, LONG, true, &[]);
        assert!(plan.is_sorted_by_key(|event| event.at));
        assert!(plan.iter().all(|event| event.at < LONG));
    }

    #[test]
    fn a_plan_can_be_narrowed_to_some_kinds() {
        let plan = draw(5, LONG, true, &["Worker".to_owned()]);
        assert!(!plan.is_empty());
        assert!(plan.iter().all(|event| format!("{:?}", event.blow).contains("Worker")));
        assert_eq!(draw(5, LONG, true, &["Nothing".to_owned()]), []);
    }
}
