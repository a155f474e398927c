//! What left the folder since it was copied.

use std::collections::HashSet;

use longhaul_core::ItemKey;
use longhaul_ews::{ItemChange, SyncScope};
use longhaul_store::folder::Position;
use longhaul_store::ledger::Entry;

use super::committer::Outcome;
use super::enumerate::Source;
use super::error::Halt;
use super::folder::Folder;
use super::keys::Keys;
use crate::job::Control;
use crate::memory::ReservedIndex;

impl Folder {
    /// Finds the items of the ledger that left the folder, and holds them. It copies nothing and
    /// moves no position, so it can be begun again at any point.
    ///
    /// A list that goes on names them. One that begins anew does not: then those are gone that it
    /// does not name.
    pub(super) async fn survey(
        &self,
        source: Source,
        from: Option<Position>,
        control: &Control,
    ) -> Result<(), Halt> {
        if matches!(source, Source::Gone) {
            return self.miss(&Keys::default()).await;
        }
        let mut seen = match &from {
            Some(_) => None,
            None => Some((Keys::default(), self.room_for_seen().await?)),
        };
        // Everything is asked for: what an earlier pass has copied may be out of this one's bounds.
        let scope = if from.is_some() { self.scope() } else { SyncScope::NormalAndAssociated };
        let mut at = from;
        loop {
            if self.stop.is_cancelled() || !control.may_go_on().await {
                return Err(Halt::Enough);
            }
            let page = self.list(at.as_ref(), scope).await?;
            let mut outcome = Outcome::default();
            for change in page.changes {
                match change {
                    ItemChange::Create(item) | ItemChange::Update(item) => {
                        let key = ItemKey::of(&item.id.id);
                        if let Some((seen, _)) = &mut seen {
                            seen.insert(key, 0);
                        }
                        if self.index().is_held(key) {
                            self.enter(Entry::Back(key), &mut outcome);
                        }
                    }
                    ItemChange::ReadFlag { .. } => {}
                    ItemChange::Delete { id } => self.leaves(ItemKey::of(&id.id), &mut outcome),
                }
            }
            if !outcome.entries.is_empty() || !outcome.cleared.is_empty() {
                self.commit_alone(None, outcome).await?;
            }
            if page.last {
                break;
            }
            at = Some(Position { sync_state: page.sync_state, last: false });
        }
        match seen {
            Some((seen, _room)) => self.miss(&seen).await,
            None => Ok(()),
        }
    }

    /// The folder's items that are not among `seen` left it.
    async fn miss(&self, seen: &Keys) -> Result<(), Halt> {
        let mut outcome = Outcome::default();
        let known: HashSet<ItemKey> = {
            let index = self.index();
            let known = index.present().chain(index.failures());
            known.filter(|key| !seen.contains(key)).collect()
        };
        known.into_iter().for_each(|key| self.leaves(key, &mut outcome));
        self.commit_alone(None, outcome).await
    }

    /// Nothing is listed of a folder that is gone.
    pub(super) fn end_list(&self, position: Option<Position>) {
        let sync_state = position.map(|position| position.sync_state).unwrap_or_default();
        self.committer.listed(0, Position { sync_state, last: true });
    }

    /// An item is no longer in the folder: its copy is held, and what failed with it is over.
    fn leaves(&self, key: ItemKey, outcome: &mut Outcome) {
        let (known, failed) = {
            let index = self.index();
            let present = index.version(key).is_some() && !index.is_held(key);
            (present, index.has_failed(key))
        };
        if known {
            self.enter(Entry::Left(key), outcome);
        }
        if failed {
            outcome.cleared.push(key);
        }
    }

    fn enter(&self, entry: Entry, outcome: &mut Outcome) {
        self.index().enter(&entry);
        outcome.entries.push(entry);
    }

    /// Room for the keys of a whole list, beside the index.
    async fn room_for_seen(&self) -> Result<Option<ReservedIndex<'_>>, Halt> {
        let items = self.index().present().count() as u64;
        self.unless_stopped(self.memory.reserve_index(Keys::memory(items))).await
    }
}
