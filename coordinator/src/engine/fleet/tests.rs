use std::sync::Arc;

use longhaul_core::{ManualClock, OwnerToken};
use longhaul_store::{Checkpoints as _, Embedded, Expect};

use super::*;

#[tokio::test]
async fn a_process_that_ended_without_a_word_is_forgotten_and_one_that_is_late_is_not() {
    let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
    let store = Embedded::in_memory(Arc::<ManualClock>::clone(&clock)).expect("a store");
    let (killed, late) = (OwnerToken::from_bytes([1; 16]), OwnerToken::from_bytes([2; 16]));
    let begun = store.now().await.expect("a clock");
    for (id, until) in [(killed, begun), (late, begun.after(Duration::from_secs(1)))] {
        let record = MemberRecord {
            id,
            name: "worker-0/1".to_owned(),
            version: "1".to_owned(),
            role: MemberRole::Worker { slots: 4 },
            since: begun,
            until,
            queue: None,
        };
        records::save(&store, &record, Expect::Any).await.expect("saved");
    }
    clock.advance(GONE);
    forget_the_gone(&store).await.expect("tidied");
    let left: Vec<MemberRecord> =
        records::list(&store, MemberRecord::PREFIX).await.expect("listed");
    assert_eq!(left.iter().map(|member| member.id).collect::<Vec<_>>(), [late]);
}
