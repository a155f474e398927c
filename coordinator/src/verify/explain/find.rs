//! Where an item has left traces, and what it looks like now.

use longhaul_core::{FolderKey, FolderRef, ItemKey, Timestamp};
use longhaul_ews::{Class, FolderId, ItemFacts, ItemId};
use longhaul_store::folder::{Checkpoint, Failure};
use longhaul_store::ledger::{Entry, Record};
use longhaul_store::records::Side;

use super::Question;
use super::answer::Seen;
use crate::engine::Trouble;
use crate::verify::list::{Pages, Place as Listing};
use crate::verify::pairs::scan;
use crate::verify::patience::patiently;

/// Pages of a source folder that are looked through for an item whose copy's id was given.
pub(super) const PAGES: usize = 100;
/// Failures read at a time.
const FAILURES: usize = 500;

/// What the store knows of an item.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// The source folder it has left traces in.
    pub(super) folder: Option<FolderKey>,
    /// Its last line in the ledger.
    pub(super) copied: Option<Record>,
    /// How many lines it has there.
    pub(super) copies: u32,
    pub(super) failure: Option<Failure>,
    /// Whether an upload of it is not settled.
    pub(super) intended: bool,
}

/// An item on one side.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) there: bool,
    pub(super) facts: Option<ItemFacts>,
}

impl Place {
    pub(super) fn received(&self) -> Option<Timestamp> {
        let facts = self.facts.as_ref()?;
        facts.delivered.or(facts.submitted).or(facts.created)
    }

    pub(super) fn folder(&self) -> Option<&FolderId> {
        self.facts.as_ref()?.parent.as_ref()
    }

    pub(super) fn seen(&self, question: &Question<'_>, side: Side) -> Seen {
        let facts = self.facts.as_ref();
        let folder = self.folder().and_then(|folder| question.path(side, folder));
        let shown = question.project.options.show_subjects;
        Seen {
            id: self.id.clone(),
            there: self.there,
            folder: folder.map(<[String]>::to_vec),
            class: facts.and_then(|facts| facts.class.clone()),
            size: facts.and_then(|facts| facts.size),
            received: self.received(),
            modified: facts.and_then(|facts| facts.modified),
            subject: facts.and_then(|facts| facts.subject.clone()).filter(|_| shown),
        }
    }
}

impl Question<'_> {
    /// Looks through what the store has of the mailbox, folder by folder.
    pub(super) async fn traces(&self) -> Result<Traces, Trouble> {
        let asked = ItemKey::of(self.item);
        let mut traces = Traces::default();
        for (folder, checkpoint) in self.context.store.overview(self.mailbox.id).await? {
            let found = self.traces_in(folder, &checkpoint, asked).await?;
            // Moved from one folder to another it has a line in both; the standing one counts.
            if found.copied.is_some() || (traces.copied.is_none() && found.folder.is_some()) {
                traces = found;
            }
        }
        Ok(traces)
    }

    async fn traces_in(
        &self,
        key: FolderKey,
        checkpoint: &Checkpoint,
        asked: ItemKey,
    ) -> Result<Traces, Trouble> {
        let store = &*self.context.store;
        let folder = FolderRef { mailbox: self.mailbox.id, folder: key };
        let mut traces = Traces::default();
        let mut item = asked;
        scan(store, folder, checkpoint, |entry| match entry {
            Entry::Stands(record) | Entry::Replaced { record, .. } => {
                if record.key == item || ItemKey::of(&record.destination) == asked {
                    item = record.key;
                    traces.copies += 1;
                    traces.copied = Some(record);
                }
            }
            Entry::Gone { key, .. } if key == item => traces.copied = None,
            Entry::Left(_) | Entry::Back(_) | Entry::Gone { .. } => {}
        })
        .await?;
        if checkpoint.counters.failed > 0 {
            traces.failure = self.failure(folder, item).await?;
        }
        if !checkpoint.intents.is_empty() {
            let checkpoint = store.checkpoint(folder).await?;
            let intents = checkpoint.iter().flat_map(|checkpoint| checkpoint.intents.values());
            traces.intended =
                intents.flat_map(|intent| &intent.items).any(|intended| intended.key == item);
        }
        if traces.copied.is_some() || traces.failure.is_some() || traces.intended {
            traces.folder = Some(key);
        }
        Ok(traces)
    }

    async fn failure(&self, folder: FolderRef, item: ItemKey) -> Result<Option<Failure>, Trouble> {
        let mut after = None;
        loop {
            let page = self.context.store.failures(folder, after, FAILURES).await?;
            let full = page.len() == FAILURES;
            after = page.last().map(|failure| failure.key);
            // They come in the order of their keys.
            let passed = after.is_none_or(|last| last >= item);
            if let Some(failure) = page.into_iter().find(|failure| failure.key == item) {
                return Ok(Some(failure));
            }
            if passed || !full {
                return Ok(None);
            }
        }
    }

    /// The item as it is now.
    pub(super) async fn look(&self, side: Side, id: &str) -> Result<Place, Trouble> {
        let (mailbox, name) = self.context.mailbox(self.project, self.mailbox, side)?;
        let ids = [ItemId::new(id)];
        let answers = patiently(|| async {
            mailbox.get_items(&ids).await.map_err(|error| Trouble::call(&name, &error))
        })
        .await?;
        let place = |there, facts| Place { id: id.to_owned(), there, facts };
        match answers.into_iter().next() {
            Some(Ok(facts)) => Ok(place(true, Some(facts))),
            Some(Err(error)) => match error.class() {
                // An id of the other mailbox, or none at all, is refused in several ways.
                Class::Vanished | Class::SkipItem | Class::StopMailbox | Class::Bug => {
                    Ok(place(false, None))
                }
                _ => Err(Trouble::item(&name, &error)),
            },
            None => Ok(place(false, None)),
        }
    }

    /// The id of a copied item at the source, by its key. `None` if it is no longer in its folder,
    /// or the folder is too large to look through.
    pub(super) async fn source_id(
        &self,
        traces: &Traces,
        item: ItemKey,
    ) -> Result<Option<String>, Trouble> {
        let mapped = self.folders.iter().find(|record| Some(record.folder_key()) == traces.folder);
        let Some(record) = mapped else {
            return Ok(None);
        };
        let (mailbox, name) = self.context.mailbox(self.project, self.mailbox, Side::Source)?;
        let folder = FolderId::new(record.source_id.as_str());
        let place = Listing { mailbox, folder, name };
        let mut pages = Pages::new(&place, true);
        for _ in 0..PAGES {
            let Some(page) = pages.next().await? else {
                return Ok(None);
            };
            let found = page.into_iter().find(|listed| ItemKey::of(&listed.id.id) == item);
            if let Some(found) = found {
                return Ok(Some(found.id.id));
            }
        }
        Ok(None)
    }
}
