//! Listing the items of a folder, page by page.

use longhaul_ews::limits::SYNC_PAGE;
use longhaul_ews::{FolderId, ItemChange, Listed, Mailbox, SyncScope};

use super::patience::patiently;
use crate::engine::Trouble;

/// A folder on one side.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) mailbox: Mailbox,
    pub(super) folder: FolderId,
    /// For errors.
    pub(super) name: String,
}

/// The pages of a folder's items. The list is that of the service's sync, which a change in the
/// middle does not shift.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    place: &'a Place,
    scope: SyncScope,
    state: Option<String>,
    over: bool,
}

impl<'a> Pages<'a> {
    pub(super) const fn new(place: &'a Place, associated: bool) -> Self {
        let scope = if associated { SyncScope::NormalAndAssociated } else { SyncScope::Normal };
        Self { place, scope, state: None, over: false }
    }

    /// The next page; `None` after the last. An item that is changed while the list is read may
    /// come twice.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Listed>>, Trouble> {
        if self.over {
            return Ok(None);
        }
        let Place { mailbox, folder, name } = self.place;
        let state = self.state.as_deref();
        let scope = self.scope;
        let page = patiently(|| async {
            let page = mailbox.sync_items(folder, state, SYNC_PAGE, scope).await;
            page.map_err(|error| Trouble::call(name, &error))
        })
        .await?;
        self.over = page.last;
        self.state = Some(page.sync_state);
        let listed = page.changes.into_iter().filter_map(|change| match change {
            ItemChange::Create(item) | ItemChange::Update(item) => Some(item),
            ItemChange::Delete { .. } | ItemChange::ReadFlag { .. } => None,
        });
        Ok(Some(listed.collect()))
    }
}
