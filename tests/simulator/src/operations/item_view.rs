//! An item as an element.

use std::io::Result;

use crate::mailbox::{ItemId, Mailbox, Record};
use crate::mapi::Value;

use super::call::ItemError;
use super::item_fields;
use super::kind_fields;
use super::messages::Xml;
use super::shape::{Base, Shape};
use super::values::write_extended;

/// Everything of an item that is written, taken while the mailbox was locked.
#[derive(Clone, Debug)]
pub(super) struct ItemView {
    pub(super) record: Record,
    pub(super) id: String,
    pub(super) change_key: String,
    pub(super) parent: Option<(String, String)>,
    properties: Vec<Option<Value>>,
}

/// Where the item is answered: lists carry neither bodies nor attachments nor recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    List,
    Full,
}

impl ItemView {
    /// Takes what the shape asks for.
    pub(super) fn of(
        mailbox: &Mailbox,
        item: ItemId,
        shape: &Shape,
    ) -> std::result::Result<Self, ItemError> {
        let record = mailbox.item(item)?;
        let properties =
            shape.extended().map(|field| mailbox.item_property(&record, &field.key)).collect();
        let parent = if shape.base == Base::All || shape.names("item:ParentFolderId") {
            let key = mailbox.folder_change_key(item.folder)?;
            Some((mailbox.folder_id_text(item.folder), key))
        } else {
            None
        };
        Ok(Self {
            id: mailbox.item_id_text(item),
            change_key: mailbox.item_change_key(&record.listed, record.item.class()),
            parent,
            properties,
            record,
        })
    }

    /// `t:ItemId` alone.
    pub(super) fn write_id(&self, xml: &mut Xml) -> Result<()> {
        xml.empty("t:ItemId", &[("Id", &self.id), ("ChangeKey", &self.change_key)])
    }

    /// The whole element, in the schema's order.
    pub(super) fn write(&self, xml: &mut Xml, shape: &Shape, detail: Detail) -> Result<()> {
        let element = element_of(self.record.item.class());
        xml.start(element, &[])?;
        item_fields::write(xml, self, shape, detail)?;
        kind_fields::write(xml, element, self, shape, detail)?;
        xml.end(element)
    }

    /// Writes the MAPI properties asked for.
    pub(super) fn write_extended(&self, xml: &mut Xml, shape: &Shape) -> Result<()> {
        for (field, value) in shape.extended().zip(&self.properties) {
            if let Some(value) = value {
                write_extended(xml, field, value)?;
            }
        }
        Ok(())
    }
}

/// The element of a message class ([ED itemclass.md, items.md]).
pub(super) fn element_of(class: &str) -> &'static str {
    const ELEMENTS: &[(&str, &str)] = &[
        ("IPM.Schedule.Meeting.Request", "t:MeetingRequest"),
        ("IPM.Schedule.Meeting.Resp", "t:MeetingResponse"),
        ("IPM.Schedule.Meeting.Canceled", "t:MeetingCancellation"),
        ("IPM.Schedule.Meeting", "t:MeetingMessage"),
        ("IPM.Appointment", "t:CalendarItem"),
        ("IPM.Contact", "t:Contact"),
        ("IPM.DistList", "t:DistributionList"),
        ("IPM.Task", "t:Task"),
        ("IPM.Post", "t:PostItem"),
        ("IPM.Note", "t:Message"),
        ("IPM.StickyNote", "t:Message"),
        ("REPORT.", "t:Message"),
    ];
    let class_is = |prefix: &str| {
        class.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    ELEMENTS.iter().find(|(prefix, _)| class_is(prefix)).map_or("t:Item", |(_, element)| element)
}
