//! Random acts of both sides' users, passes and crashes, against a model that is too simple to be
//! wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::FolderRef;
use longhaul_store::records::PassRecord;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::support::{DESTINATION, SOURCE, Spy, Stall, World};

const SEEDS: u64 = 5;
const PASSES: usize = 7;
const ACTS: usize = 9;
/// Passes before which it is quiet for so long that later changes show in the fingerprints; there
/// is one act before the next.
const QUIET: [usize; 2] = [2, 4];
const FOLDERS: [&str; 3] = ["inbox", "sentitems", "drafts"];
/// Longer than any lease and any upload of this test.
const LONG: Duration = Duration::from_secs(30);
/// Deaths of a seed: each moves the store's clock on, and the destination's must not fall too far
/// behind it.
const DEATHS: u32 = 8;

/// An item on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Side {
    folder: usize,
    body: String,
    read: bool,
}

/// What a pass has recorded of an item.
#[derive(Clone, Debug)]
struct Known {
    folder: usize,
    /// The content that was copied last.
    body: String,
}

/// A mail, known by its subject.
#[derive(Clone, Debug, Default)]
struct Mail {
    source: Option<Side>,
    copy: Option<Side>,
    known: Option<Known>,
    /// Its user did something to it since the last pass that carried it over.
    touched: bool,
    /// They moved it, perhaps back to where it was.
    relocated: bool,
}

impl Mail {
    /// What a pass makes of it.
    fn pass(&mut self, deletions: bool) {
        let Some(source) = self.source.clone() else {
            let Some(known) = self.known.take() else { return };
            let untouched = self.copy.as_ref().is_some_and(|copy| copy.body == known.body);
            if deletions && untouched {
                self.copy = None;
            }
            return;
        };
        let moved = std::mem::take(&mut self.relocated);
        let (Some(known), false) = (&mut self.known, moved && self.copy.is_none()) else {
            self.copy = Some(source.clone());
            self.known = Some(Known { folder: source.folder, body: source.body });
            self.touched = false;
            return;
        };
        known.folder = source.folder;
        if let (Some(copy), true) = (&mut self.copy, moved) {
            copy.folder = source.folder;
        }
        if source.body == known.body {
            if let (Some(copy), true, false) = (&mut self.copy, self.touched, moved) {
                copy.read = source.read;
            }
            self.touched = false;
            return;
        }
        // Changed on both sides, or gone on one: left alone, and looked at again.
        let Some(copy) = &mut self.copy else { return };
        if copy.body == known.body {
            *copy = source.clone();
        } else if copy.body != source.body {
            return;
        }
        known.body = source.body;
        self.touched = false;
    }
}

struct Play {
    world: World,
    folders: Vec<FolderRef>,
    random: Xoshiro256PlusPlus,
    mails: BTreeMap<String, Mail>,
    texts: u32,
    deaths: u32,
    /// Folders that a pass left alone because they had not changed.
    left_alone: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn random_acts_and_crashes_end_as_the_model_says() {
    let mut left_alone = 0;
    for seed in 0..SEEDS {
        let deletions = seed % 2 == 1;
        println!("seed {seed}, deletions {deletions}");
        let mut world = World::with("demo", 0).await;
        world.options.upload_time = Duration::from_secs(3);
        world.options.lease = Duration::from_secs(20);
        world.set_deletions(deletions).await;
        let mut folders = vec![world.folder];
        for role in &FOLDERS[1..] {
            folders.push(world.map(role).await);
        }
        let random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mails = BTreeMap::new();
        let mut play = Play { world, folders, random, mails, texts: 0, deaths: 0, left_alone: 0 };
        for pass in 0..PASSES {
            let acts = match pass {
                quiet if QUIET.contains(&quiet) => 0,
                after if after > 0 && QUIET.contains(&(after - 1)) => 1,
                _ => ACTS,
            };
            for _ in 0..acts {
                play.act().await;
            }
            if QUIET.contains(&pass) {
                play.world.settle(&play.folders).await;
            }
            if play.random.random_bool(0.2) {
                play.world.act(SOURCE, "invalidate-sync-states", json!({})).await;
            }
            println!("pass {pass}");
            play.pass().await;
            for mail in play.mails.values_mut() {
                mail.pass(deletions);
            }
            play.compare(pass).await;
        }
        left_alone += play.left_alone;
    }
    assert!(left_alone > 0, "every folder was worked on in every pass");
}

impl Play {
    /// Somebody does something.
    async fn act(&mut self) {
        let acts = self.random.random_range(0..12);
        if acts < 3 || self.mails.is_empty() {
            return self.arrive().await;
        }
        let at = self.random.random_range(0..self.mails.len());
        let Some(subject) = self.mails.keys().nth(at).cloned() else { return };
        let mailbox = if acts < 9 { SOURCE } else { DESTINATION };
        let mut mail = self.mails.remove(&subject).expect("there");
        let side = if mailbox == SOURCE { &mut mail.source } else { &mut mail.copy };
        if let Some(there) = side {
            let folder = FOLDERS[there.folder];
            println!("act {acts} on {subject} in {folder} of {mailbox}");
            match acts {
                3 | 4 | 9 => {
                    self.texts += 1;
                    there.body = format!("text {:05}", self.texts);
                    self.world.rewrite(mailbox, folder, &subject, &there.body).await;
                }
                5 | 10 => {
                    there.read = !there.read;
                    self.world.mark(mailbox, folder, &subject, there.read).await;
                }
                6 | 7 => {
                    there.folder = (there.folder + self.random.random_range(1..3)) % 3;
                    let to = FOLDERS[there.folder];
                    mail.relocated = true;
                    self.world.relocate(mailbox, folder, &subject, to).await;
                }
                _ => {
                    self.world.remove(mailbox, folder, &subject).await;
                    *side = None;
                }
            }
            mail.touched |= mailbox == SOURCE;
        }
        self.mails.insert(subject, mail);
    }

    async fn arrive(&mut self) {
        let folder = self.random.random_range(0..3);
        self.texts += 1;
        let (subject, body) =
            (format!("mail {:05}", self.texts), format!("text {:05}", self.texts));
        let new = json!({"folder": FOLDERS[folder], "subject": subject, "body": body});
        self.world.act(SOURCE, "items", new).await;
        let source = Some(Side { folder, body, read: false });
        self.mails.insert(subject, Mail { source, ..Mail::default() });
    }

    /// A full pass, during which up to three workers die.
    async fn pass(&mut self) {
        let (pass, left_alone) = self.world.begin_where_changed(&self.folders).await;
        self.left_alone += left_alone;
        for _ in 0..self.random.random_range(0..4) {
            self.die(&pass).await;
        }
        self.world.finish(&pass, &self.folders).await;
    }

    /// A worker that dies wherever it wants to commit for the n-th time.
    async fn die(&mut self, pass: &PassRecord) {
        let commits = self.random.random_range(0..4);
        if self.deaths == DEATHS {
            return;
        }
        self.deaths += 1;
        let stall = Stall::after_commits(commits);
        let store = stall.over(&self.world.store);
        let service = self.world.service_on(&Arc::new(Spy::default()), &store);
        self.world.offer(&service, pass, &self.folders).await;
        // It may be done before.
        let reached = tokio::time::timeout(Duration::from_millis(700), stall.reached()).await;
        println!("dies at commit {commits}: {}", reached.is_ok());
        service.kill().await;
        self.world.quiet().await;
        self.world.clock.advance(LONG);
    }

    async fn compare(&self, pass: usize) {
        let mut found = BTreeMap::new();
        for (folder, name) in FOLDERS.iter().enumerate() {
            for item in self.world.look(DESTINATION, name).await {
                let text = |key: &str| item[key].as_str().expect("a text").to_owned();
                let side = Side { folder, body: text("body"), read: item["read"] == true };
                let subject = text("subject");
                let twice = found.insert(subject.clone(), side);
                assert_eq!(twice, None, "{subject} twice after pass {pass}");
            }
        }
        let copies = self
            .mails
            .iter()
            .filter_map(|(subject, mail)| Some((subject.clone(), mail.copy.clone()?)));
        let expected: BTreeMap<_, _> = copies.collect();
        for (subject, mail) in &self.mails {
            let (found, expected) = (found.get(subject), expected.get(subject));
            assert_eq!(found, expected, "{subject} after pass {pass}: {mail:#?}");
        }
        assert_eq!(found, expected, "after pass {pass}");
    }
}
