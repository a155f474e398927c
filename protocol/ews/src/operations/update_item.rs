//! UpdateItem. Source: Microsoft: "UpdateItem operation".

use super::{outcomes, read_item, write};
use crate::http::Call;
use crate::soap::envelope;
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
        let xml = request(self.smtp(), id, changes)?;
        let mut answer = Call::small("UpdateItem", xml).make(self).await?;
        let mut results = outcomes::results(&mut answer, 1, "an item id", |part| {
            let items = part.start.is(Ns::Messages, "Items");
            part.children.first().filter(|_| items).and_then(read_item::id)
        })
        .await?;
        results.pop().ok_or_else(|| answer.malformed("it holds no response message"))
    }
}

pub(super) fn request(
    smtp: &str,
    id: &ItemId,
    changes: &[PropertyChange],
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
                xml.element("t:ItemChange", &[], |xml| {
                    write::item(xml, id);
                    xml.element("t:Updates", &[], |xml| {
                        changes.iter().for_each(|change| set(xml, change));
                    });
                });
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
