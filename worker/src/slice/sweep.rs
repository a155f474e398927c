//! What becomes of copies whose items were deleted.

use std::collections::HashSet;

use longhaul_core::code::COPY_CHANGED;
use longhaul_core::{ItemKey, Timestamp};
use longhaul_ews::limits::EXPORT_ITEMS;
use longhaul_ews::{Class, Deletion, ItemId};
use longhaul_store::folder::{Failure, Outcome as Ended, Stage};
use longhaul_store::ledger::{Entry, Record};

use super::committer::Outcome;
use super::error::{Halt, beyond_the_item, item_detail};
use super::folder::Folder;
use super::look::{Asked, Look};

impl Folder {
    /// The copies that this pass settles: held since its survey at the latest. What left later may
    /// still turn up in a folder that has been listed already; it is the next pass's.
    pub(super) async fn due(&self) -> Result<HashSet<ItemKey>, Halt> {
        let held = self.index().held();
        // A pass over some folders cannot tell what was moved.
        if held.is_empty() || self.bounds.failed_only {
            return Ok(HashSet::new());
        }
        let mut due = self.ledger.held(&*self.store, self.surveyed_to).await?;
        due.retain(|key| held.contains(key));
        Ok(due)
    }

    /// Settles them: no item of the mailbox has claimed them, so theirs were deleted. They are
    /// deleted too if the project wants that, into the recoverable items and only where nobody has
    /// changed them; else they are left where they are. Can be begun again at any point.
    pub(super) async fn sweep(&self) -> Result<(), Halt> {
        let due = self.due().await?;
        if due.is_empty() || self.is_any_folder_unread().await? {
            return Ok(());
        }
        let records: Vec<_> = self.records(due).await?.into_values().collect();
        for group in records.chunks(EXPORT_ITEMS) {
            let mut outcome = Outcome::default();
            if self.deletions {
                self.delete(group, &mut outcome).await?;
            }
            let gone = |record: &Record| Entry::Gone { key: record.key, was: record.size };
            outcome.entries.extend(group.iter().map(gone));
            self.commit_alone(None, outcome).await?;
        }
        Ok(())
    }

    /// Whether a folder was given up in this pass, or taken up again and is not listed yet: an item
    /// may have been moved there.
    async fn is_any_folder_unread(&self) -> Result<bool, Halt> {
        let mailbox = self.ledger.folder.mailbox;
        let overview = self.store.overview(mailbox).await.map_err(|error| Halt::store(&error))?;
        Ok(overview.iter().any(|(_, checkpoint)| {
            let unread = match checkpoint.outcome {
                Some(Ended::Parked { .. } | Ended::Cancelled) => true,
                Some(Ended::Done) => false,
                None => checkpoint.stage < Stage::Sweep,
            };
            checkpoint.pass == self.pass && unread
        }))
    }

    async fn delete(&self, records: &[Record], outcome: &mut Outcome) -> Result<(), Halt> {
        let asked: Vec<_> = records
            .iter()
            .map(|record| Asked {
                copy: ItemId::new(&record.destination),
                seal: record.seal,
                written: None,
            })
            .collect();
        let mut ids = Vec::with_capacity(records.len());
        for (record, look) in records.iter().zip(self.look_at(&asked).await?) {
            match look {
                Look::Gone => {}
                Look::Untouched(copy) | Look::Written(copy) => ids.push(ItemId::new(copy.id)),
                Look::Changed => outcome.failures.push(self.kept(record).await?),
            }
        }
        self.keep().await?;
        let peer = &self.destination;
        let delete = || peer.mailbox.delete_items(&ids, Deletion::SoftDelete);
        for answer in peer.lane.call(&self.stop, delete).await? {
            match answer {
                Err(error) if error.class() != Class::Vanished => {
                    let trouble =
                        || Halt::Trouble { code: error.code(), detail: item_detail(&error) };
                    return Err(beyond_the_item(&error).unwrap_or_else(trouble));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A copy that is not deleted with its item, because somebody has changed it.
    async fn kept(&self, record: &Record) -> Result<Failure, Halt> {
        let at: Timestamp = self.store.now().await.map_err(|error| Halt::store(&error))?;
        Ok(Failure {
            key: record.key,
            source_id: String::new(),
            class: String::new(),
            size: record.size,
            received: None,
            code: COPY_CHANGED,
            detail: format!("deleted in the source; its copy is {}", record.destination),
            pass: self.pass,
            attempts: 1,
            at,
        })
    }
}
