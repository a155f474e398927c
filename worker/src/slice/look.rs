//! Looking at a copy before it is written over: whose work is it now?
//!
//! The change key says that nobody touched the copy. If it differs, the content decides, because
//! the service touches items as well, and reading is no change (design section 4.8).

use std::num::NonZeroU32;

use longhaul_ews::limits::EXPORT_ITEMS;
use longhaul_ews::{Class, ItemId};
use longhaul_store::ledger::Seal;

use super::error::{Halt, item_detail};
use super::folder::Folder;
use super::item::seal;

/// A copy to be looked at.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Its id.
    pub(super) copy: ItemId,
    /// How it was left.
    pub(super) seal: Seal,
    /// What an upload may have made of it since.
    pub(super) written: Option<NonZeroU32>,
}

/// What was found. The id has the change key that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is no longer in the folder.
    Gone,
    /// It is as it was left.
    Untouched(ItemId),
    /// It is what was to be made of it.
    Written(ItemId),
    /// Somebody has changed it.
    Changed,
}

impl Folder {
    /// Looks at one copy. If it is changed and it is not known what was to be made of it, the
    /// source is asked.
    pub(super) async fn look_closely(
        &self,
        mut asked: Asked,
        source: &ItemId,
    ) -> Result<Look, Halt> {
        let look = self.look_at(std::slice::from_ref(&asked)).await?.pop().unwrap_or(Look::Gone);
        if look != Look::Changed || asked.written.is_some() {
            return Ok(look);
        }
        asked.written = self.content_now(source).await?;
        if asked.written.is_none() {
            return Ok(look);
        }
        Ok(self.look_at(&[asked]).await?.pop().unwrap_or(Look::Gone))
    }

    /// A digest of what the source has now; none if it cannot be read. It is read again when its
    /// turn comes.
    pub(super) async fn content_now(&self, source: &ItemId) -> Result<Option<NonZeroU32>, Halt> {
        let peer = &self.source;
        let ids = [ItemId::new(&source.id)];
        let answers = peer.lane.call(&self.stop, || peer.mailbox.canonical(&ids)).await?;
        let item = answers.into_iter().next().and_then(Result::ok);
        Ok(item.and_then(|item| item.report().content))
    }

    /// Looks at copies.
    pub(super) async fn look_at(&self, asked: &[Asked]) -> Result<Vec<Look>, Halt> {
        let ids: Vec<_> = asked.iter().map(|asked| ItemId::new(&asked.copy.id)).collect();
        let facts = self.facts(&self.destination, &ids).await?;
        let mut looks = Vec::with_capacity(asked.len());
        let mut open = Vec::new();
        for (asked, facts) in asked.iter().zip(facts) {
            looks.push(match facts {
                None => Look::Gone,
                Some(facts)
                    if asked.seal.change_key.is_some_and(|key| Some(key) == seal(&facts.id)) =>
                {
                    Look::Untouched(facts.id)
                }
                Some(facts) => {
                    open.push((looks.len(), facts.id));
                    Look::Changed
                }
            });
        }
        for group in open.chunks(EXPORT_ITEMS) {
            let ids: Vec<_> = group.iter().map(|(_, id)| ItemId::new(&id.id)).collect();
            let peer = &self.destination;
            let answers = peer.lane.call(&self.stop, || peer.mailbox.canonical(&ids)).await?;
            for ((at, id), answer) in group.iter().zip(answers) {
                let content = match answer {
                    Ok(item) => item.report().content,
                    Err(error) if error.class() == Class::Vanished => {
                        looks[*at] = Look::Gone;
                        continue;
                    }
                    Err(error) => {
                        let detail = item_detail(&error);
                        return Err(Halt::Trouble { code: error.code(), detail });
                    }
                };
                let is = |other: Option<NonZeroU32>| content.is_some() && content == other;
                if is(asked[*at].written) {
                    looks[*at] = Look::Written(id.clone());
                } else if is(asked[*at].seal.content) {
                    looks[*at] = Look::Untouched(id.clone());
                }
            }
        }
        Ok(looks)
    }
}
