//! SyncFolderItems, and the page it shares with SyncFolderHierarchy.
//!
//! Source: Microsoft: "SyncFolderItems operation".

use super::{read_item, write};
use crate::http::Call;
use crate::soap::{Answer, envelope};
use crate::xml::{Element, Ns};
use crate::{Error, FolderId, FolderName, ItemChange, ItemPage, Mailbox, SyncScope, limits};

impl Mailbox {
    /// Reads a page of changes in a folder since `state`, newest first. `max` is held to 1..=512.
    ///
    /// Nothing is changed, so the future may be dropped at any point. Store the new state only
    /// after the page's items are safe.
    ///
    /// # Errors
    ///
    /// [`Error`]; of class [`Resync`](crate::Class::Resync) if the service no longer takes the
    /// state, [`Rescan`](crate::Class::Rescan) if the folder is gone.
    pub async fn sync_items(
        &self,
        folder: &FolderId,
        state: Option<&str>,
        max: u16,
        scope: SyncScope,
    ) -> Result<ItemPage, Error> {
        let xml = request(self.smtp(), folder, state, max, scope)?;
        let mut answer = Call::small("SyncFolderItems", xml).make(self).await?;
        let page = page(&mut answer, |change| {
            Some(match change {
                Change::Create(item) => ItemChange::Create(read_item::listed(item)?),
                Change::Update(item) => ItemChange::Update(read_item::listed(item)?),
                Change::Delete(id) => ItemChange::Delete { id: read_item::own_id(id)? },
                Change::ReadFlag { id, read } => {
                    ItemChange::ReadFlag { id: read_item::own_id(id)?, read }
                }
            })
        })
        .await?;
        Ok(ItemPage { sync_state: page.state, last: page.last, changes: page.changes })
    }
}

pub(super) fn request(
    smtp: &str,
    folder: &FolderId,
    state: Option<&str>,
    max: u16,
    scope: SyncScope,
) -> Result<Vec<u8>, Error> {
    let scope = match scope {
        SyncScope::Normal => "NormalItems",
        SyncScope::NormalAndAssociated => "NormalAndAssociatedItems",
    };
    envelope(smtp, |xml| {
        xml.element("m:SyncFolderItems", &[], |xml| {
            write::shape(
                xml,
                "m:ItemShape",
                &["item:Size", "item:ItemClass", "item:IsAssociated"],
                &[("0x0E06", "SystemTime"), ("0x0039", "SystemTime"), ("0x3007", "SystemTime")],
            );
            xml.element("m:SyncFolderId", &[], |xml| write::folder(xml, FolderName::Id(folder)));
            if let Some(state) = state {
                xml.text("m:SyncState", state);
            }
            let max = max.clamp(1, limits::SYNC_PAGE).to_string();
            xml.text("m:MaxChangesReturned", &max);
            xml.text("m:SyncScope", scope);
        });
    })
}

/// A change, with the element that says of what.
pub(super) enum Change<'a> {
    Create(&'a Element),
    Update(&'a Element),
    /// The id element.
    Delete(&'a Element),
    ReadFlag {
        id: &'a Element,
        read: bool,
    },
}

/// A page of changes as the service gave it.
pub(super) struct Page<T> {
    pub(super) state: String,
    pub(super) last: bool,
    pub(super) changes: Vec<T>,
}

/// Reads a page of changes. `read` gives `None` for a change that lacks its id.
pub(super) async fn page<T>(
    answer: &mut Answer,
    read: impl Fn(Change<'_>) -> Option<T>,
) -> Result<Page<T>, Error> {
    answer.open_messages().await?;
    let Some(mut message) = answer.message().await? else {
        return Err(answer.malformed("it holds no response message"));
    };
    let (mut state, mut last, mut changes) = (None, None, Vec::new());
    while let Some(part) = answer.part(&mut message).await? {
        match part.name.as_str() {
            "SyncState" => state = Some(answer.sync_state().await?),
            "IncludesLastItemInRange" | "IncludesLastFolderInRange" => {
                last = Some(answer.text().await?.trim() == "true");
            }
            "Changes" => {
                while let Some(start) = answer.child().await? {
                    let element = answer.tree(start).await?;
                    // A kind of change that a later schema adds is none we could act on.
                    let Some(change) = change(&element) else {
                        continue;
                    };
                    let change = change
                        .and_then(&read)
                        .ok_or_else(|| answer.malformed("a change has no id"))?;
                    changes.push(change);
                    if changes.len() > limits::PAGE_ENTRIES {
                        return Err(answer.malformed("its page does not end"));
                    }
                }
            }
            _ => answer.skip().await?,
        }
    }
    answer.finish().await?;
    message.outcome(answer.request_id())?;
    match (state.filter(|state| !state.is_empty()), last) {
        (Some(state), Some(last)) => Ok(Page { state, last, changes }),
        _ => Err(answer.malformed("it reports success without a sync state")),
    }
}

/// The change `element` stands for: outer `None` for a kind we do not know, inner `None` for one
/// that names nothing.
fn change(element: &Element) -> Option<Option<Change<'_>>> {
    if element.start.ns != Ns::Types {
        return None;
    }
    let first = element.children.first();
    Some(match element.name() {
        "Create" => first.map(Change::Create),
        "Update" => first.map(Change::Update),
        "Delete" => first.map(Change::Delete),
        "ReadFlagChange" => element.child("ItemId").map(|id| {
            let read = element.child_text("IsRead").is_some_and(|text| text.trim() == "true");
            Change::ReadFlag { id, read }
        }),
        _ => return None,
    })
}
