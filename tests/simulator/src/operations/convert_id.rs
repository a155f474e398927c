//! ConvertId between EWS ids and entry ids ([ED convertid-operation.md]).
//!
//! Needs no impersonation: clients call it first, to learn the server's version.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::mailbox::{FolderId, ItemId, Mailbox};
use crate::soap::node::Node;
use crate::tenant::Tenant;

use super::call::{Failure, ItemError};
use super::messages::{Messages, Tail};

const MALFORMED: ItemError = ItemError::new("ErrorInvalidIdMalformed", "Id is malformed.");

/// One message per id.
pub(super) fn run(
    tenant: &Tenant,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let wanted = request.attribute("DestinationFormat").unwrap_or_default();
    for node in request.children_of("SourceIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let address = node.attribute("Mailbox").unwrap_or_default();
                let account = tenant.account(address).ok_or(ItemError::new(
                    "ErrorNonExistentMailbox",
                    "The SMTP address has no mailbox associated with it.",
                ))?;
                let mailbox = account.mailbox();
                let id = convert(&mailbox, node, wanted)?;
                Ok((id, account.address.clone()))
            },
            |xml, (id, address), _| {
                // The schema's base type has no id: the concrete one is named in the instance.
                let namespace = "http://www.w3.org/2001/XMLSchema-instance";
                xml.empty(
                    "m:AlternateId",
                    &[
                        ("xmlns:xsi", namespace),
                        ("xsi:type", "t:AlternateIdType"),
                        ("Format", wanted),
                        ("Id", &id),
                        ("Mailbox", &address),
                    ],
                )
            },
        )?;
    }
    Ok(())
}

fn convert(mailbox: &Mailbox, node: &Node, wanted: &str) -> Result<String, ItemError> {
    if node.name != "AlternateId" {
        return Err(ItemError::new(
            "ErrorUnsupportedTypeForConversion",
            "Public folder ids cannot be converted.",
        ));
    }
    let id = node.attribute("Id").unwrap_or_default();
    let (entry, ews) = match node.attribute("Format") {
        Some("EwsId") => {
            if let Ok(item) = mailbox.parse_item_id(id) {
                (mailbox.item_entry_id(item), mailbox.item_id_text(item))
            } else {
                let folder = mailbox.parse_folder_id(id)?;
                (mailbox.folder_entry_id(folder), mailbox.folder_id_text(folder))
            }
        }
        Some("HexEntryId") => by_entry(mailbox, from_hex(id).ok_or(MALFORMED)?)?,
        Some("EntryId") => by_entry(mailbox, STANDARD.decode(id).map_err(|_| MALFORMED)?)?,
        _ => return Err(UNSUPPORTED),
    };
    Ok(match wanted {
        "EwsId" => ews,
        "EntryId" => STANDARD.encode(entry),
        "HexEntryId" => entry.iter().map(|byte| format!("{byte:02X}")).collect(),
        "OwaId" => URL_SAFE.encode(entry),
        _ => return Err(UNSUPPORTED),
    })
}

const UNSUPPORTED: ItemError =
    ItemError::new("ErrorUnsupportedTypeForConversion", "This format is not simulated.");

/// The EWS id of an entry id: a long one is an item's, its numbers are six bytes each.
fn by_entry(mailbox: &Mailbox, entry: Vec<u8>) -> Result<(Vec<u8>, String), ItemError> {
    let folder = FolderId(number(&entry, 38).ok_or(MALFORMED)?);
    if entry == mailbox.folder_entry_id(folder) {
        return Ok((entry, mailbox.folder_id_text(folder)));
    }
    let item = ItemId { folder, number: number(&entry, 62).ok_or(MALFORMED)? };
    if entry == mailbox.item_entry_id(item) {
        return Ok((entry, mailbox.item_id_text(item)));
    }
    Err(MALFORMED)
}

fn number(entry: &[u8], at: usize) -> Option<u64> {
    let bytes = entry.get(at..at + 6)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
