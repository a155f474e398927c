//! Dead jobs over the API, on a real queue.

use bytes::Bytes;
use longhaul_core::{Epoch, Fence, FolderKey, MailboxId, PassId, ProjectId, SliceNo, code};
use longhaul_jobs::{FolderSlice, decode, encode};
use longhaul_queue::Lane;

use crate::api::tests::{Server, TOKEN};
use crate::engine::DeadSelection;

fn job(attempt: u16) -> FolderSlice {
    FolderSlice {
        project: ProjectId::generate(),
        pass: PassId::generate(),
        mailbox: MailboxId::generate(),
        folder: FolderKey::of("inbox"),
        epoch: Epoch(1),
        slice: SliceNo(3),
        attempt,
        fence: Fence(1),
        ledger_len: 0,
        trace: None,
    }
}

/// Publishes bodies, takes them and sets them aside.
async fn set_aside(server: &Server, bodies: Vec<Bytes>) {
    let mut consumer = server.queue.consume(1).await.expect("a consumer");
    for body in bodies {
        server.queue.publish(Lane::Normal, body, None).await.expect("published");
        let delivery = consumer.next().await.expect("delivered");
        delivery.park(code::MESSAGE_UNREADABLE).await.expect("set aside");
    }
}

#[tokio::test]
async fn a_dead_job_is_listed_and_retried_with_its_attempts_counted_anew() {
    let server = Server::start().await;
    let client = server.client(TOKEN);
    let body = Bytes::from(encode(&job(7)).expect("it encodes"));
    set_aside(&server, vec![body, Bytes::from_static(b"nonsense")]).await;
    let jobs = client.dead_jobs(10).await.expect("listed");
    assert_eq!(jobs.len(), 2);
    let about = jobs[0].about.as_ref().expect("it can be read");
    assert_eq!((about.slice, about.attempt), (3, 7));
    assert!(jobs[1].about.is_none() && !jobs[1].next.is_empty());

    let both = vec![jobs[0].id.clone(), "no-id".to_owned()];
    let outcome = client.retry_dead(&DeadSelection::Ids(both)).await.expect("an answer");
    assert_eq!((outcome.done, outcome.missing), (1, vec!["no-id".to_owned()]));
    let mut consumer = server.queue.consume(1).await.expect("a consumer");
    let again = consumer.next().await.expect("delivered again");
    assert_eq!(decode(&again.body).expect("it can be read").attempt, 0);
    assert_eq!(client.dead_jobs(10).await.expect("listed").len(), 1);
}

#[tokio::test]
async fn dead_jobs_are_dropped_for_good() {
    let server = Server::start().await;
    let client = server.client(TOKEN);
    set_aside(&server, vec![Bytes::from_static(b"one"), Bytes::from_static(b"two")]).await;
    let outcome = client.drop_dead(&DeadSelection::All).await.expect("an answer");
    assert_eq!((outcome.done, outcome.missing.len()), (2, 0));
    assert!(client.dead_jobs(10).await.expect("listed").is_empty());
}
