//! Folders and items named in requests.

use crate::mailbox::{FolderId, ItemId, Mailbox};
use crate::soap::node::Node;
use crate::soap::schema::KNOWN_DISTINGUISHED;

use super::call::{Call, ItemError};

const EMPTY: ItemError = ItemError::new("ErrorInvalidIdEmpty", "Id must be non-empty.");

/// The folder of a `FolderId` or `DistinguishedFolderId` element.
pub(super) fn folder(
    call: &Call<'_>,
    mailbox: &Mailbox,
    node: &Node,
) -> Result<FolderId, ItemError> {
    let id = node.attribute("Id").unwrap_or_default();
    match node.name.as_str() {
        "DistinguishedFolderId" => distinguished(call, mailbox, id, node),
        _ if id.is_empty() => Err(EMPTY),
        "FolderId" | "ParentFolderId" => {
            if let Some(key) = node.attribute("ChangeKey").filter(|key| !key.is_empty()) {
                mailbox.parse_change_key(key)?;
            }
            let folder = mailbox.parse_folder_id(id)?;
            mailbox.folder(folder)?;
            Ok(folder)
        }
        _ => Err(ItemError::new("ErrorFolderNotFound", "The folder could not be found.")),
    }
}

/// The folder inside an element that holds exactly one id.
pub(super) fn target(
    call: &Call<'_>,
    mailbox: &Mailbox,
    node: Option<&Node>,
) -> Result<FolderId, ItemError> {
    match node.and_then(|node| node.children.first()) {
        Some(id) => folder(call, mailbox, id),
        None => Err(EMPTY),
    }
}

fn distinguished(
    call: &Call<'_>,
    mailbox: &Mailbox,
    id: &str,
    node: &Node,
) -> Result<FolderId, ItemError> {
    let address = node.child("Mailbox").and_then(|mailbox| mailbox.child_text("EmailAddress"));
    if let Some(address) = address
        && !address.eq_ignore_ascii_case(&call.account.address)
    {
        return Err(match call.tenant.account(address) {
            Some(_) => ItemError::new(
                "ErrorAccessDenied",
                "Access is denied. Check credentials and try again.",
            ),
            None => ItemError::new(
                "ErrorNonExistentMailbox",
                "The SMTP address has no mailbox associated with it.",
            ),
        });
    }
    if let Some(folder) = mailbox.distinguished(id) {
        return Ok(folder);
    }
    Err(match id {
        _ if !KNOWN_DISTINGUISHED.contains(&id) => {
            ItemError::new("ErrorInvalidOperation", "Distinguished folder is not recognized.")
        }
        "publicfoldersroot" => ItemError::new(
            "ErrorNoPublicFolderReplicaAvailable",
            "There are no public folder servers available.",
        ),
        _ if id.starts_with("archive") && id != "archive" => ItemError::new(
            "ErrorArchiveMailboxNotEnabled",
            "The archive mailbox is not enabled for this user.",
        ),
        _ => ItemError::new(
            "ErrorFolderNotFound",
            "The specified folder could not be found in the store.",
        ),
    })
}

/// The item of an `ItemId` element; its change key must be well formed if there is one.
pub(super) fn item(mailbox: &Mailbox, node: &Node) -> Result<ItemId, ItemError> {
    let id = match node.name.as_str() {
        "ItemId" | "RecurringMasterItemIdRanges" => node.attribute("Id").unwrap_or_default(),
        _ => {
            return Err(ItemError::new(
                "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
                "Occurrence index is out of recurrence range.",
            ));
        }
    };
    if id.is_empty() {
        return Err(EMPTY);
    }
    if let Some(key) = node.attribute("ChangeKey").filter(|key| !key.is_empty()) {
        mailbox.parse_change_key(key)?;
    }
    Ok(mailbox.parse_item_id(id)?)
}

/// Refuses a change that was asked for with an old change key.
pub(super) fn fresh(mailbox: &Mailbox, node: &Node, item: ItemId) -> Result<(), ItemError> {
    let Some(key) = node.attribute("ChangeKey").filter(|key| !key.is_empty()) else {
        return Ok(());
    };
    if mailbox.parse_change_key(key)? == mailbox.listed(item)?.change {
        return Ok(());
    }
    Err(ItemError::new(
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in \
         the request does not match the current change key for the item.",
    ))
}
