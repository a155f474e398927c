use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use longhaul_core::code::{DELIVERED_TOO_OFTEN, JOB_SET_ASIDE, QUEUE_FAILED};
use longhaul_core::state::{MailboxState, PassState};
use longhaul_core::{OwnerToken, PassId, Timestamp};
use longhaul_queue::{
    Consumer, DeadFate, DeadId, DeadLetter, Embedded, Error, Health, Lane, Queue,
};
use longhaul_store::folder::{Claim, Outcome, Seen};
use longhaul_store::records::{MailboxRecord, PassKind};
use tokio_util::sync::CancellationToken;

use crate::engine::passes::Reopened;
use crate::engine::passes::bench::{Bench, SILENCE};
use crate::engine::{DeadSelection, Options, Service};

const MOMENT: Duration = Duration::from_secs(1);

/// What became of a folder whose job was set aside, once the engine has looked.
async fn given_up(bench: &Bench) -> Outcome {
    let mut passes = bench.passes();
    passes.tend().await.expect("tends");
    bench.take(Some(DELIVERED_TOO_OFTEN)).await;
    bench.clock.advance(SILENCE + MOMENT);
    passes.tend().await.expect("tends");
    bench.checkpoint("inbox").await.outcome.expect("it is over")
}

#[tokio::test]
async fn a_folder_whose_job_was_set_aside_is_given_up_and_its_job_not_published_again() {
    let bench = Bench::copying(PassKind::Full, &["inbox"]).await;
    let Outcome::Parked { code, detail } = given_up(&bench).await else {
        panic!("it was not given up");
    };
    assert_eq!(code, JOB_SET_ASIDE);
    assert!(detail.contains("LH-0711") && detail.contains("jobs dead"), "{detail}");
    // Nor does an engine that begins anew publish it.
    let mut passes = bench.passes();
    passes.tend().await.expect("tends");
    assert_eq!(bench.depth().await, 0);
    let mailbox = bench.mailbox_now().await;
    assert_eq!(mailbox.state, MailboxState::Failed);
    assert_eq!(mailbox.problem.expect("a problem").code, JOB_SET_ASIDE);
    assert_eq!(bench.pass_now().await.state, PassState::Ended);
}

/// The queue may have lost everything while no engine ran, but what is among the dead jobs is not
/// lost.
#[tokio::test]
async fn an_engine_that_begins_anew_publishes_no_job_that_was_set_aside() {
    let bench = Bench::copying(PassKind::Full, &["inbox", "sent"]).await;
    bench.passes().tend().await.expect("tends");
    let (dead, _) = bench.take(Some(DELIVERED_TOO_OFTEN)).await;
    let (lost, _) = bench.take(None).await;
    bench.passes().tend().await.expect("tends");
    let (again, _) = bench.take(None).await;
    assert_eq!(again.folder, lost.folder);
    assert_eq!(bench.depth().await, 0, "{} was published", dead.folder);
}

#[tokio::test]
async fn a_dead_job_of_an_earlier_slice_holds_up_nothing() {
    let bench = Bench::copying(PassKind::Full, &["inbox"]).await;
    let mut passes = bench.passes();
    passes.tend().await.expect("tends");
    let (job, _) = bench.take(Some(DELIVERED_TOO_OFTEN)).await;
    let seen =
        Seen { pass: job.pass, slice: job.slice, fence: job.fence, ledger_len: job.ledger_len };
    let owner = OwnerToken::generate();
    let claim = bench.store.claim(job.folder_ref(), owner, MOMENT, seen).await.expect("answers");
    let Claim::Granted(held) = claim else { panic!("{claim:?}") };
    let end = longhaul_store::folder::SliceEnd::Continue { wait: None };
    bench.store.end_slice(&held.lease, end, None).await.expect("ended");
    bench.clock.advance(SILENCE + MOMENT);
    passes.tend().await.expect("tends");
    assert_eq!(bench.take(None).await.0.slice, job.slice.next());
}

#[tokio::test(flavor = "multi_thread")]
async fn retrying_a_dead_job_takes_its_folder_mailbox_and_pass_up_again() {
    let bench = Bench::copying(PassKind::Full, &["inbox"]).await;
    given_up(&bench).await;
    bench.passes().tend().await.expect("tends");
    assert_eq!(bench.pass_now().await.state, PassState::Ended);
    let (service, handle) = {
        let context = bench.context();
        let (store, queue) = (Arc::clone(&context.store), Arc::clone(&context.queue));
        let options = Options { republish_after: SILENCE, ..Options::default() };
        Service::new(options, store, queue, Arc::clone(&context.endpoints))
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(service.run(stop.clone()));
    let outcome = handle.retry_dead(DeadSelection::All).await.expect("retried");
    assert_eq!((outcome.done, outcome.over.len()), (1, 0));
    let (job, _) = bench.take(None).await;
    assert_eq!(bench.pass_now().await.state, PassState::Running);
    let mailbox = bench.mailbox_now().await;
    assert_eq!((mailbox.state, mailbox.problem), (MailboxState::Copying, None));
    let seen =
        Seen { pass: job.pass, slice: job.slice, fence: job.fence, ledger_len: job.ledger_len };
    let owner = OwnerToken::generate();
    let claim = bench.store.claim(job.folder_ref(), owner, MOMENT, seen).await.expect("answers");
    assert!(matches!(claim, Claim::Granted(_)), "{claim:?}");
    stop.cancel();
    running.await.expect("no panic");
}

#[tokio::test]
async fn a_dead_job_whose_mailbox_another_pass_has_had_takes_nothing_up() {
    let bench = Bench::copying(PassKind::Full, &["inbox"]).await;
    given_up(&bench).await;
    let mut passes = bench.passes();
    passes.tend().await.expect("tends");
    let later = MailboxRecord { last_pass: Some(PassId::generate()), ..bench.mailbox_now().await };
    bench.save(&later).await;
    let (project, pass, folder) = (bench.pass.project, bench.pass.id, bench.folder("inbox"));
    let reopened = passes.reopen(project, pass, folder).await.expect("answers");
    assert_eq!(reopened, Reopened::Over);
    assert_eq!(bench.pass_now().await.state, PassState::Ended);
    assert!(bench.checkpoint("inbox").await.is_over());
}

#[tokio::test]
async fn a_lost_job_is_published_again_in_the_end_whatever_waits_in_the_queue() {
    let bench = Bench::copying(PassKind::Full, &["inbox"]).await;
    let mut passes = bench.passes();
    passes.tend().await.expect("tends");
    let (lost, _) = bench.take(None).await;
    let other = Bytes::from_static(b"another pass's");
    bench.queue.publish(Lane::Normal, other, None).await.expect("published");
    for _ in 0..Options::REPUBLISH_WHATEVER_WAITS {
        assert_eq!(bench.depth().await, 1, "it was published too early");
        bench.clock.advance(SILENCE);
        passes.tend().await.expect("tends");
    }
    bench.clock.advance(MOMENT);
    passes.tend().await.expect("tends");
    assert_eq!(bench.depth().await, 2);
    // Once, until as much time is over again.
    bench.clock.advance(SILENCE);
    passes.tend().await.expect("tends");
    assert_eq!(bench.depth().await, 2);
    let mut consumer = bench.queue.consume(2).await.expect("consumes");
    let _other = consumer.next().await.expect("delivered");
    let again = consumer.next().await.expect("delivered");
    assert_eq!(longhaul_jobs::decode(&again.body).expect("a job").folder, lost.folder);
}

#[tokio::test]
async fn what_an_operator_waits_for_goes_first() {
    for (kind, lane) in [(PassKind::Full, Lane::Normal), (PassKind::Retry, Lane::Urgent)] {
        let bench = Bench::copying(kind, &["inbox"]).await;
        bench.passes().tend().await.expect("tends");
        assert_eq!(bench.take(None).await.1, lane, "{kind:?}");
    }
}

/// A queue that takes nothing, and counts what it is asked to take.
#[derive(Debug, Default)]
struct Away {
    queue: Embedded,
    asked: AtomicUsize,
}

#[async_trait]
impl Queue for Away {
    async fn publish(&self, _: Lane, _: Bytes, _: Option<Duration>) -> Result<(), Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Err(Error::Unanswered { action: "take a message", health: self.health() })
    }

    async fn consume(&self, prefetch: u16) -> Result<Box<dyn Consumer>, Error> {
        self.queue.consume(prefetch).await
    }

    async fn depth(&self) -> Result<u64, Error> {
        self.queue.depth().await
    }

    async fn dead_count(&self) -> Result<u64, Error> {
        self.queue.dead_count().await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        self.queue.dead(limit).await
    }

    async fn settle_dead(
        &self,
        fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error> {
        self.queue.settle_dead(fates).await
    }

    fn health(&self) -> Health {
        Health::Down { code: QUEUE_FAILED, error: "gone".to_owned(), since: Timestamp(0) }
    }
}

/// Each publication would take as long as a publisher waits for the queue.
#[tokio::test]
async fn nothing_is_published_while_the_queue_is_down() {
    let away = Arc::new(Away::default());
    let queue = Arc::<Away>::clone(&away);
    let bench = Bench::on(queue, PassKind::Full, 1).await.with_folders(&["inbox", "sent"]).await;
    let mut passes = bench.passes();
    for _ in 0..3 {
        passes.tend().await.expect("tends");
        bench.clock.advance(SILENCE + MOMENT);
    }
    assert_eq!(away.asked.load(Ordering::SeqCst), 0);
    assert!(!bench.checkpoint("inbox").await.published);
}
