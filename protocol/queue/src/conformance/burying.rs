//! Dead letters: kept, retried, dropped.

use std::collections::BTreeSet;

use bytes::Bytes;
use longhaul_core::Code;
use longhaul_core::code::{ATTEMPTS_USED_UP, MESSAGE_UNREADABLE};

use super::support::{consume, eventually, expect_nothing, next, publish_to, settle, take, text};
use crate::{DeadFate, DeadId, DeadLetter, Lane, Queue};

/// Publishes a message and parks it as soon as it is delivered.
async fn bury(queue: &impl Queue, lane: Lane, word: &str, reason: Code) {
    let mut consumer = consume(queue, 1).await;
    publish_to(queue, lane, word, None).await;
    next(&mut consumer).await.park(reason).await.expect("the queue takes the answer");
}

/// The dead letters, once there are `count`.
async fn dead(queue: &impl Queue, count: usize) -> Vec<DeadLetter> {
    let look = async |limit| queue.dead(limit).await.expect("the queue answers");
    eventually("the dead letters", async || look(100).await.len() == count).await;
    look(100).await
}

async fn settle_dead<const N: usize>(
    queue: &impl Queue,
    fates: [(DeadId, DeadFate); N],
) -> BTreeSet<DeadId> {
    queue.settle_dead(fates.into()).await.expect("the queue answers")
}

/// Parked messages are kept, oldest first, under names that stay the same, and not delivered.
pub async fn a_parked_message_is_kept_with_its_reason(queue: &impl Queue) {
    let reasons = [("first", MESSAGE_UNREADABLE), ("second", ATTEMPTS_USED_UP)];
    for (word, reason) in reasons {
        bury(queue, Lane::Normal, word, reason).await;
    }
    let mut consumer = consume(queue, 1).await;
    expect_nothing(&mut consumer, "the messages were parked").await;
    let letters = dead(queue, 2).await;
    let found: Vec<_> = letters.iter().map(|letter| (text(&letter.body), letter.reason)).collect();
    assert_eq!(found, reasons.map(|(word, reason)| (word.to_owned(), reason)));
    assert!(letters.iter().all(|letter| letter.since.is_some()), "it is not told since when");
    assert_eq!(queue.dead(1).await.expect("the queue answers"), letters[..1]);
    let counted = async || queue.dead_count().await.expect("the queue answers") == 2;
    eventually("the count of both", counted).await;
    assert_eq!(dead(queue, 2).await, letters, "looking changed something");
}

/// A retried letter is delivered with the body given for it, and its neighbours stay.
pub async fn a_retried_dead_letter_comes_back_on_its_lane(queue: &impl Queue) {
    for (lane, word) in [(Lane::Normal, "one"), (Lane::Urgent, "two"), (Lane::Normal, "three")] {
        bury(queue, lane, word, ATTEMPTS_USED_UP).await;
    }
    let id = dead(queue, 3).await[1].id;
    let retry = async || settle_dead(queue, [(id, DeadFate::Retry(Bytes::from("again")))]).await;
    assert_eq!(retry().await, [id].into());
    let mut consumer = consume(queue, 1).await;
    let delivery = next(&mut consumer).await;
    assert_eq!(delivery.lane, Lane::Urgent);
    assert_eq!(settle(delivery).await, "again");
    expect_nothing(&mut consumer, "one letter was retried").await;
    let rest: Vec<_> = dead(queue, 2).await.iter().map(|letter| text(&letter.body)).collect();
    assert_eq!(rest, ["one", "three"]);
    assert_eq!(retry().await, BTreeSet::new(), "it is gone");
    expect_nothing(&mut consumer, "there was no such letter").await;
}

/// A dropped letter is gone, and its neighbours stay.
pub async fn a_dropped_dead_letter_is_gone(queue: &impl Queue) {
    for word in ["one", "two", "three"] {
        bury(queue, Lane::Normal, word, ATTEMPTS_USED_UP).await;
    }
    let id = dead(queue, 3).await[1].id;
    let drop = async || settle_dead(queue, [(id, DeadFate::Drop)]).await;
    assert_eq!(drop().await, [id].into());
    let rest: Vec<_> = dead(queue, 2).await.iter().map(|letter| text(&letter.body)).collect();
    assert_eq!(rest, ["one", "three"]);
    assert_eq!(drop().await, BTreeSet::new(), "it is gone");
    let mut consumer = consume(queue, 1).await;
    publish_to(queue, Lane::Normal, "live", None).await;
    assert_eq!(take(&mut consumer).await, "live");
    expect_nothing(&mut consumer, "the letter was dropped").await;
}

/// One call retries some letters, drops others and leaves the rest.
pub async fn letters_are_retried_and_dropped_together(queue: &impl Queue) {
    for word in ["keep", "retry", "drop", "urgent"] {
        let lane = if word == "urgent" { Lane::Urgent } else { Lane::Normal };
        bury(queue, lane, word, ATTEMPTS_USED_UP).await;
    }
    let letters = dead(queue, 4).await;
    let id = |word: &str| {
        letters.iter().find(|letter| text(&letter.body) == word).expect("it is among them").id
    };
    let again = |word: &str| DeadFate::Retry(Bytes::from(format!("{word} again")));
    let fates = [
        (id("retry"), again("retry")),
        (id("urgent"), again("urgent")),
        (id("drop"), DeadFate::Drop),
    ];
    let settled = settle_dead(queue, fates).await;
    assert_eq!(settled, [id("retry"), id("urgent"), id("drop")].into());
    let mut consumer = consume(queue, 2).await;
    assert_eq!(take(&mut consumer).await, "urgent again");
    assert_eq!(take(&mut consumer).await, "retry again");
    expect_nothing(&mut consumer, "two letters were retried").await;
    let rest: Vec<_> = dead(queue, 1).await.iter().map(|letter| text(&letter.body)).collect();
    assert_eq!(rest, ["keep"]);
}
