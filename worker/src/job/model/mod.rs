//! A model of jobs: the real answers to messages, a real store, and work that takes no time, in
//! every order in which workers, a broker and a coordinator can act.
//!
//! Each call to store or queue is a step of its own. Between any two of them another job may go
//! on, its worker may die, the store may be away, time may pass until a lease runs out, and
//! messages may come twice, late or not at all. Whatever happens: the work of a slice is done once, one owner at a time;
//! messages do not multiply; and with fair delivery the folder ends.

mod bag;
pub(super) mod folder;
mod gate;
pub(super) mod work;
mod world;

use std::time::Duration;

use proptest::prelude::*;

use self::world::World;

/// What can happen next. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Event {
    /// A worker gets one of the messages that are due, in any order.
    Deliver(usize),
    /// A job goes on up to its next call.
    Step(usize),
    /// A job's worker dies.
    Crash(usize),
    /// The broker delivers a message twice.
    Duplicate(usize),
    /// The broker loses a message.
    Lose(usize),
    /// The store is away for so many calls.
    Outage(usize),
    Wait(u64),
    Pause,
    Resume,
    /// The coordinator publishes a job again that has neither lease nor progress.
    Republish,
}

fn choice() -> impl Strategy<Value = usize> {
    any::<prop::sample::Index>().prop_map(|index| index.index(1 << 16))
}

/// Whatever breaks no chain of messages.
fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => choice().prop_map(Event::Deliver),
        40 => choice().prop_map(Event::Step),
        2 => choice().prop_map(Event::Crash),
        2 => choice().prop_map(Event::Duplicate),
        1 => (1_usize..40).prop_map(Event::Outage),
        3 => (1_u64..200).prop_map(Event::Wait),
    ]
}

/// Also what only the coordinator can mend.
fn breaking_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        60 => event(),
        2 => choice().prop_map(Event::Lose),
        1 => Just(Event::Pause),
        2 => Just(Event::Resume),
        2 => Just(Event::Republish),
    ]
}

/// How slices end that do not just have enough.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    None,
    Throttled,
    Trouble,
    Settling,
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        4 => Just(Mishap::None),
        1 => Just(Mishap::Throttled),
        1 => Just(Mishap::Trouble),
        1 => Just(Mishap::Settling),
    ]
}

fn run(events: Vec<Event>, mishaps: Vec<Mishap>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut world = World::new(mishaps).await;
        for event in events {
            world.happen(event).await;
            world.assert_sound();
        }
        world.end_fairly().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_neither_fork_nor_end_before_their_folder_and_no_work_is_done_twice(
        events in prop::collection::vec(event(), 0..250),
        mishaps in prop::collection::vec(mishap(), 0..8),
    ) {
        run(events, mishaps);
    }

    #[test]
    fn what_was_lost_or_paused_goes_on_once_it_is_published_again(
        events in prop::collection::vec(breaking_event(), 0..250),
        mishaps in prop::collection::vec(mishap(), 0..8),
    ) {
        run(events, mishaps);
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_any_two_calls_leaves_no_fork_and_no_gap() {
    // Exhaustive where it matters most: one job, dead after each of its calls, its message
    // delivered again while the continuation may be out already.
    for calls in 0.. {
        let mut world = World::new(Vec::new()).await;
        world.happen(Event::Deliver(0)).await;
        for _ in 0..calls {
            world.happen(Event::Step(0)).await;
        }
        let was_done = world.running() == 0;
        world.happen(Event::Crash(0)).await;
        world.happen(Event::Wait(Duration::from_secs(300).as_secs())).await;
        world.end_fairly().await;
        if was_done {
            assert!(calls > 5, "a job of {calls} calls is none");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_stands_still_before_any_call_leaves_the_chain_to_the_next() {
    for calls in 0.. {
        let mut world = World::new(Vec::new()).await;
        world.happen(Event::Duplicate(0)).await;
        world.happen(Event::Deliver(0)).await;
        for _ in 0..calls {
            world.happen(Event::Step(0)).await;
        }
        let was_done = world.running() == 0;
        world.happen(Event::Wait(Duration::from_secs(300).as_secs())).await;
        // Another takes over, with as many slices as it likes.
        for _ in 0..3 {
            let before = world.running();
            world.happen(Event::Deliver(0)).await;
            while world.running() > before {
                world.happen(Event::Step(before)).await;
                world.assert_sound();
            }
        }
        world.end_fairly().await;
        if was_done {
            return;
        }
    }
}

/// Delivers and works for some minutes. A message is handed back to the broker, which sets it
/// aside after some times, once at most: in the moment the trouble ends.
async fn work_for_minutes(world: &mut World) {
    for _ in 0..100 {
        world.happen(Event::Deliver(0)).await;
        while world.running() > 0 {
            world.happen(Event::Step(0)).await;
            assert!(world.most_returned() <= 1, "it will be set aside");
        }
        world.happen(Event::Wait(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_store_is_no_try_of_a_slice_and_no_failed_delivery() {
    for calls_before in 0..16 {
        let mut world = World::new(Vec::new()).await;
        world.happen(Event::Deliver(0)).await;
        for _ in 0..calls_before {
            world.happen(Event::Step(0)).await;
        }
        world.happen(Event::Outage(90)).await;
        work_for_minutes(&mut world).await;
        world.end_fairly().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_takes_no_messages_for_minutes_sets_none_aside() {
    let mut world = World::new(Vec::new()).await;
    world.block_broker_for(60);
    work_for_minutes(&mut world).await;
    world.end_fairly().await;
}
