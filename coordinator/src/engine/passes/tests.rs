//! What the folders' facts amount to, and what a restart finds in the store.

use std::collections::BTreeMap;
use std::time::Duration;

use longhaul_core::code::{ATTEMPTS_USED_UP, MAILBOX_FULL};
use longhaul_core::state::MailboxEvent;
use longhaul_core::{
    BatchNo, Bytes, Code, Epoch, Fence, FolderKey, OwnerToken, PassId, SliceNo, Timestamp,
};
use longhaul_store::folder::{BatchSet, Bounds, Checkpoint, Counters, LeaseHolder, Outcome, Stage};
use longhaul_store::records::PassKind;

use super::outcome::{outcome, sentence};
use super::survey::{Survey, Suspect};

const PASS: PassId = PassId::from_bytes([1; 16]);
const NOW: Timestamp = Timestamp(1_000_000);
const STALL: Duration = Duration::from_secs(100);
const IDLE: Suspect = Suspect::IdleFor(STALL);

/// A folder a pass has just begun with.
fn begun() -> Checkpoint {
    Checkpoint {
        pass: PASS,
        epoch: Epoch(1),
        bounds: Bounds::default(),
        position: None,
        slice: SliceNo(0),
        stage: Stage::Copy,
        stage_begins: SliceNo(0),
        surveyed_to: 0,
        survey_all: false,
        published: false,
        not_before: None,
        outcome: None,
        fence: Fence(0),
        lease: None,
        next_batch: BatchNo(0),
        committed: BatchSet::default(),
        intents: BTreeMap::new(),
        ledger_len: 0,
        template: Vec::new(),
        counters: Counters::default(),
        items_before: 0,
        fingerprint: None,
        progressed: NOW,
    }
}

fn published() -> Checkpoint {
    Checkpoint { published: true, ..begun() }
}

fn leased(expires: i64) -> Checkpoint {
    let lease = LeaseHolder { owner: OwnerToken::from_bytes([2; 16]), expires: Timestamp(expires) };
    Checkpoint { lease: Some(lease), ..published() }
}

fn parked(code: Code) -> Checkpoint {
    let outcome = Outcome::Parked { code, detail: "no room".to_owned() };
    Checkpoint { outcome: Some(outcome), ..published() }
}

fn done(failed: u64) -> Checkpoint {
    let counters = Counters { items: 5, bytes: Bytes(50), failed, ..Counters::default() };
    Checkpoint { outcome: Some(Outcome::Done), counters, ..published() }
}

/// The survey of these folders; each is named by its place in the list.
fn survey(folders: Vec<Checkpoint>, suspect: Suspect) -> Survey {
    let keys = (0..).map(|at: u8| FolderKey::from_bytes([at; 12]));
    let overview: Vec<_> = keys.zip(folders).collect();
    Survey::of(PASS, &overview, NOW, suspect)
}

#[test]
fn each_folder_counts_once_as_what_it_is() {
    let deferred = Checkpoint { not_before: Some(Timestamp(NOW.0 + 1)), ..published() };
    let other_pass = Checkpoint { pass: PassId::from_bytes([9; 16]), ..begun() };
    let found =
        survey(vec![begun(), published(), leased(NOW.0 + 1), deferred, done(0), other_pass], IDLE);
    let demand = found.demand;
    assert_eq!((demand.planned, demand.outstanding, demand.deferred), (1, 2, 1));
    assert_eq!((found.begun, found.over, found.items), (5, 1, 5));
    assert!(found.idle.is_empty());
}

#[test]
fn the_next_slice_is_left_to_the_worker_that_ended_the_one_before() {
    let next = Checkpoint { slice: SliceNo(3), ..begun() };
    let found = survey(vec![next], IDLE);
    assert!(found.planned.is_empty() && found.idle.is_empty());
    assert_eq!(found.demand.outstanding, 1);
}

#[test]
fn no_folder_begins_a_stage_before_all_are_done_with_the_one_before() {
    let at = |stage, slice| {
        let slice = SliceNo(slice);
        Checkpoint { stage, slice, stage_begins: slice, ..begun() }
    };
    let planned = |folders| {
        let found = survey(folders, IDLE);
        assert!(found.idle.is_empty());
        found.planned.iter().map(|job| job.folder.as_bytes()[0]).collect::<Vec<_>>()
    };
    assert_eq!(planned(vec![at(Stage::Copy, 0), at(Stage::Survey, 0), at(Stage::Copy, 1)]), [1]);
    let surveying = Checkpoint { stage: Stage::Survey, ..leased(NOW.0 + 1) };
    assert!(planned(vec![at(Stage::Copy, 0), surveying]).is_empty());
    assert_eq!(planned(vec![at(Stage::Copy, 1), at(Stage::Sweep, 4), done(0)]), [0]);
    assert_eq!(planned(vec![parked(MAILBOX_FULL), at(Stage::Sweep, 4), done(0)]), [1]);
}

#[test]
fn a_job_without_lease_and_progress_is_published_again_after_a_while_only() {
    let long_ago = Timestamp(NOW.0 - STALL.as_millis() as i64 - 1);
    let silent = |checkpoint: Checkpoint| Checkpoint { progressed: long_ago, ..checkpoint };
    let waits = Checkpoint { not_before: Some(Timestamp(NOW.0 + 1)), ..published() };
    let waited = Checkpoint { not_before: Some(Timestamp(NOW.0 - 1)), ..published() };
    let crashed = Checkpoint { slice: SliceNo(3), ..begun() };
    let folders = vec![
        silent(published()),
        silent(crashed),
        // These move, or may not, or have only just been let go of.
        published(),
        silent(leased(NOW.0 + 1)),
        silent(leased(NOW.0 - 1)),
        silent(waits),
        silent(waited),
    ];
    let found = survey(folders, IDLE);
    let idle: Vec<_> = found.idle.iter().map(|job| job.folder.as_bytes()[0]).collect();
    assert_eq!(idle, [0, 1]);
}

#[test]
fn after_a_restart_everything_outstanding_is_published_when_it_can_be_worked_on() {
    let waits = Checkpoint { not_before: Some(Timestamp(NOW.0 + 9_000)), ..published() };
    let found =
        survey(vec![begun(), published(), leased(NOW.0 + 4_000), waits, done(0)], Suspect::All);
    let waits: Vec<_> = found.idle.iter().map(|job| job.wait).collect();
    let seconds = |count| Some(Duration::from_secs(count));
    assert_eq!(waits, [None, seconds(4), seconds(9)]);
    assert_eq!(found.planned.len(), 1);
}

#[test]
fn a_mailbox_is_over_when_all_its_folders_are() {
    assert!(survey(vec![done(0), parked(MAILBOX_FULL)], IDLE).is_over(2));
    assert!(!survey(vec![done(0), published()], IDLE).is_over(2));
    assert!(!survey(vec![done(0)], IDLE).is_over(2), "a folder was not begun with yet");
    assert!(survey(vec![], IDLE).is_over(0));
}

#[test]
fn how_a_mailbox_ended_follows_from_its_folders() {
    let stage = PassKind::PreStage { cutoff: NOW };
    let ended = |kind, folders| outcome(kind, &survey(folders, IDLE)).0;
    assert_eq!(ended(stage, vec![done(0)]), MailboxEvent::EndPreStage);
    assert_eq!(ended(PassKind::Full, vec![done(0)]), MailboxEvent::EndFull);
    assert_eq!(ended(PassKind::Full, vec![done(0), done(2)]), MailboxEvent::EndWithErrors);
    let one_given_up = vec![done(2), parked(ATTEMPTS_USED_UP)];
    assert_eq!(ended(PassKind::Full, one_given_up), MailboxEvent::Fail);
}

#[test]
fn what_concerns_the_whole_mailbox_explains_its_failure() {
    let folders = vec![parked(ATTEMPTS_USED_UP), parked(MAILBOX_FULL), parked(ATTEMPTS_USED_UP)];
    let found = survey(folders, IDLE);
    let (_, explains) = outcome(PassKind::Full, &found);
    let explains = explains.expect("three were given up");
    assert_eq!(explains.code, MAILBOX_FULL);
    let text = sentence(&["Inbox".to_owned(), "Old".to_owned()], explains, 2);
    assert_eq!(text, "folder \"Inbox/Old\": no room; 2 more folders were given up");
}
