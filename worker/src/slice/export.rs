//! Reading a batch's items from the source.

use bytes::Bytes;
use longhaul_ews::{Class, ItemError};

use super::committer::Outcome;
use super::error::{Halt, beyond_the_item, item_detail};
use super::folder::Folder;
use super::item::Item;
use crate::throttle::{CallError, Ladder};

/// Tries of an item before it counts as failed in this pass.
pub(super) const TRIES: u16 = 3;

/// An item and its exported, checked blob.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) item: Item,
    pub(super) blob: Bytes,
}

/// Items that are asked for in one request.
#[derive(Debug)]
pub(super) struct Group<T> {
    pub(super) members: Vec<T>,
    pub(super) tries: u16,
}

impl<T> Group<T> {
    /// Two groups of half the members: the culprit is found by halving.
    pub(super) fn halves(mut self) -> [Self; 2] {
        let second = self.members.split_off(self.members.len() / 2);
        let tries = self.tries;
        [self, Self { members: second, tries }]
    }
}

impl Folder {
    /// Exports and checks `items`. What cannot be had is noted in `outcome`; a bad item costs
    /// itself, never its neighbours.
    pub(super) async fn export(
        &self,
        items: Vec<Item>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Ready>, Halt> {
        let mut ready = Vec::with_capacity(items.len());
        let mut work = vec![Group { members: items, tries: 0 }];
        while let Some(group) = work.pop() {
            if group.tries > 0 {
                self.pause(Ladder::of_calls().step(group.tries)).await?;
            }
            let ids: Vec<_> = group.members.iter().map(|item| item.id.clone()).collect();
            let answers =
                self.source.lane.call(&self.stop, || self.source.mailbox.export(&ids)).await;
            match answers {
                Ok(answers) => {
                    for (item, answer) in group.members.into_iter().zip(answers) {
                        match answer {
                            Ok(exported) => ready.push(Ready { item, blob: exported.data }),
                            Err(error) => {
                                let again = self.not_exported(item, error, group.tries, outcome);
                                work.extend(again.await?);
                            }
                        }
                    }
                }
                Err(CallError::Refused(error)) if is_about_items(error.class()) => {
                    if group.members.len() > 1 {
                        work.extend(group.halves());
                    } else if group.tries + 1 < TRIES {
                        work.push(Group { tries: group.tries + 1, ..group });
                    } else {
                        for item in group.members {
                            self.fail(&item, error.code(), error.to_string(), outcome).await?;
                        }
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ready)
    }

    /// Notes why an item was not exported, or says how to try again.
    async fn not_exported(
        &self,
        item: Item,
        error: ItemError,
        tries: u16,
        outcome: &mut Outcome,
    ) -> Result<Option<Group<Item>>, Halt> {
        if let Some(halt) = beyond_the_item(&error) {
            return Err(halt);
        }
        match error.class() {
            Class::Vanished => self.vanished(&item, outcome),
            Class::Backoff | Class::RetryItem if tries + 1 < TRIES => {
                if let Some(hint) = error.hint() {
                    self.source.lane.block(hint);
                }
                return Ok(Some(Group { members: vec![item], tries: tries + 1 }));
            }
            _ => self.fail(&item, error.code(), item_detail(&error), outcome).await?,
        }
        Ok(None)
    }

    /// Notes an item as gone.
    pub(super) fn vanished(&self, item: &Item, outcome: &mut Outcome) {
        outcome.vanished += 1;
        if self.index().attempts(item.key).is_some() {
            outcome.cleared.push(item.key);
        }
    }

    /// Notes an item as failed.
    pub(super) async fn fail(
        &self,
        item: &Item,
        code: longhaul_core::Code,
        detail: String,
        outcome: &mut Outcome,
    ) -> Result<(), Halt> {
        let now = self.store.now().await.map_err(|error| Halt::store(&error))?;
        let before = self.index().attempts(item.key).unwrap_or(0);
        outcome.failures.push(item.failure(code, detail, before, now));
        Ok(())
    }
}

/// Whether a refused request may be one item's fault, so that asking for less can help.
pub(super) const fn is_about_items(class: Class) -> bool {
    matches!(class, Class::RetryItem | Class::SkipItem | Class::Vanished)
}
