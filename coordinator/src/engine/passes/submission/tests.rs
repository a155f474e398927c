use std::sync::Arc;

use longhaul_core::state::MailboxState;
use longhaul_core::{MailboxId, SystemClock};
use longhaul_store::{Embedded, Expect};

use super::*;

fn mailbox(project: ProjectId) -> MailboxRecord {
    MailboxRecord {
        id: MailboxId::generate(),
        project,
        source: "a@old.example".to_owned(),
        destination: "a@new.example".to_owned(),
        batch: None,
        state: MailboxState::Matched,
        last_pass: None,
        problem: None,
    }
}

#[tokio::test]
async fn what_a_cut_off_submission_left_is_taken_away_and_nothing_else() {
    let store = Embedded::in_memory(Arc::new(SystemClock)).expect("a store");
    let (cut_off, other) = (ProjectId::generate(), ProjectId::generate());
    for project in [cut_off, other] {
        records::save(&store, &mailbox(project), Expect::Absent).await.expect("written");
    }
    let submission = Submission { project: cut_off };
    records::save(&store, &submission, Expect::Absent).await.expect("written");

    clear_away(&store).await.expect("an answer");
    let left = |project| {
        let store = &store;
        async move {
            let prefix = MailboxRecord::prefix(project);
            records::list::<MailboxRecord>(store, &prefix).await.expect("an answer").len()
        }
    };
    assert_eq!((left(cut_off).await, left(other).await), (0, 1));
    assert!(records::list::<Submission>(&store, PREFIX).await.expect("an answer").is_empty());
}
