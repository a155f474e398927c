//! UpdateItem. Source: Microsoft: "UpdateItem operation".

use super::{outcomes, read_item, write};
use crate::http::Call;
use crate::soap::{Answer, envelope};
use crate::xml::{Ns, Xml};
use crate::{Error, ItemError, ItemId, Mailbox, PropertyChange};

impl Mailbox {
    /// Sets properties of an item. Nobody is sent an update or a receipt. Without a change key
    /// the item is changed whatever its version.
    ///
    /// Gives the item's id with its new change key. Repeating is safe.
    ///
    /// # Errors
    ///
    /// The outer [`Error`] if the call failed as a whole, the inner [`ItemError`] if the item was
    /// refused.
    pub async fn update_item(
        &self,
        id: &ItemId,
        changes: &[PropertyChange],
    ) -> Result<Result<ItemId, ItemError>, Error> {
        let xml = request(self.smtp(), &[(id, changes)])?;
        let mut answer = Call::small("UpdateItem", xml).make(self).await?;
        let mut results = results(&mut answer, 1).await?;
        results.pop().ok_or_else(|| answer.malformed("it holds no response message"))
    }

    /// Marks items read or unread, each with its own outcome: its id with its new change key.
    /// Nobody is sent a receipt. Repeating is safe.
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per item.
    pub async fn mark_read(
        &self,
        items: &[(ItemId, bool)],
    ) -> Result<Vec<Result<ItemId, ItemError>>, Error> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let changes: Vec<_> = items.iter().map(|(_, read)| [PropertyChange::Read(*read)]).collect();
        let changes: Vec<_> =
            items.iter().zip(&changes).map(|((id, _), change)| (id, change.as_slice())).collect();
        let xml = request(self.smtp(), &changes)?;
        let mut answer = Call::small("UpdateItem", xml).make(self).await?;
        results(&mut answer, items.len()).await
    }
}

async fn results(
    answer: &mut Answer,
    asked: usize,
) -> Result<Vec<Result<ItemId, ItemError>>, Error> {
    outcomes::results(answer, asked, "an item id", |part| {
        let items = part.start.is(Ns::Messages, "Items");
        part.children.first().filter(|_| items).and_then(read_item::id)
    })
    .await
}

pub(super) fn request(
    smtp: &str,
    items: &[(&ItemId, &[PropertyChange])],
) -> Result<Vec<u8>, Error> {
    let attributes = [
        ("ConflictResolution", "AlwaysOverwrite"),
        ("MessageDisposition", "SaveOnly"),
        ("SendMeetingInvitationsOrCancellations", "SendToNone"),
        ("SuppressReadReceipts", "true"),
    ];
    envelope(smtp, |xml| {
        xml.element("m:UpdateItem", &attributes, |xml| {
            xml.element("m:ItemChanges", &[], |xml| {
                for (id, changes) in items {
                    xml.element("t:ItemChange", &[], |xml| {
                        write::item(xml, id);
                        xml.element("t:Updates", &[], |xml| {
                            changes.iter().for_each(|change| set(xml, change));
                        });
                    });
                }
            });
        });
    })
}

fn set(xml: &mut Xml, change: &PropertyChange) {
    let extended = |tag: u16, kind, value: &str, xml: &mut Xml| {
        let tag = format!("0x{tag:04X}");
        let uri = [("PropertyTag", tag.as_str()), ("PropertyType", kind)];
        xml.empty("t:ExtendedFieldURI", &uri);
        xml.element("t:Item", &[], |xml| {
            xml.element("t:ExtendedProperty", &[], |xml| {
                xml.empty("t:ExtendedFieldURI", &uri);
                xml.text("t:Value", value);
            });
        });
    };
    xml.element("t:SetItemField", &[], |xml| match change {
        PropertyChange::Read(read) => {
            xml.empty("t:FieldURI", &[("FieldURI", "message:IsRead")]);
            xml.element("t:Message", &[], |xml| {
                xml.text("t:IsRead", if *read { "true" } else { "false" });
            });
        }
        PropertyChange::Text { tag, value } => extended(*tag, "String", value, xml),
        PropertyChange::Integer { tag, value } => {
            extended(*tag, "Integer", &value.to_string(), xml)
        }
        PropertyChange::Time { tag, value } => {
            extended(*tag, "SystemTime", &value.to_string(), xml)
        }
    });
}
