//! A folder as an element.

use std::io::Result;

use crate::mailbox::{FolderId, FolderInfo, FolderKind, Mailbox};
use crate::mapi::{Key, Tag, Value};

use super::call::ItemError;
use super::messages::Xml;
use super::shape::{Base, Shape};
use super::values::{boolean, write_extended};

/// Everything of a folder that is written, taken while the mailbox was locked.
#[derive(Clone, Debug)]
pub(super) struct FolderView {
    info: FolderInfo,
    id: String,
    change_key: String,
    parent: Option<(String, String)>,
    properties: Vec<Option<Value>>,
}

impl FolderView {
    /// Takes what the shape asks for.
    pub(super) fn of(
        mailbox: &Mailbox,
        folder: FolderId,
        shape: &Shape,
    ) -> std::result::Result<Self, ItemError> {
        let info = mailbox.folder(folder)?;
        let properties = shape
            .extended()
            .map(|field| match field.key {
                Key::Id(id) => mailbox.folder_property(&info, Tag::new(id, field.kind)),
                Key::Named(_) => None,
            })
            .collect();
        let parent = match info.parent {
            Some(parent) => {
                Some((mailbox.folder_id_text(parent), mailbox.folder_change_key(parent)?))
            }
            None => None,
        };
        Ok(Self {
            id: mailbox.folder_id_text(folder),
            change_key: mailbox.folder_change_key(folder)?,
            parent,
            properties,
            info,
        })
    }

    /// The element's name, by kind and class ([ED folders.md]).
    fn element(&self) -> &'static str {
        let class = self.info.class.as_str();
        match () {
            () if self.info.kind == FolderKind::Search => "t:SearchFolder",
            () if class.starts_with("IPF.Appointment") => "t:CalendarFolder",
            () if class.starts_with("IPF.Contact") => "t:ContactsFolder",
            () if class.starts_with("IPF.Task") => "t:TasksFolder",
            () => "t:Folder",
        }
    }

    /// `t:FolderId` alone.
    pub(super) fn write_id(&self, xml: &mut Xml) -> Result<()> {
        xml.empty("t:FolderId", &[("Id", &self.id), ("ChangeKey", &self.change_key)])
    }

    /// The whole element, in the schema's order.
    pub(super) fn write(&self, xml: &mut Xml, shape: &Shape) -> Result<()> {
        let all = shape.base == Base::All;
        let some = shape.base != Base::IdOnly;
        let asks = |base: bool, uri: &str| base || shape.names(uri);
        let (element, info) = (self.element(), &self.info);
        xml.start(element, &[])?;
        self.write_id(xml)?;
        if asks(all, "folder:ParentFolderId")
            && let Some((id, key)) = &self.parent
        {
            xml.empty("t:ParentFolderId", &[("Id", id), ("ChangeKey", key)])?;
        }
        if asks(all, "folder:FolderClass") && !info.class.is_empty() {
            xml.element("t:FolderClass", &[], &info.class)?;
        }
        if asks(some, "folder:DisplayName") {
            xml.element("t:DisplayName", &[], &info.name)?;
        }
        if asks(some, "folder:TotalCount") {
            xml.element("t:TotalCount", &[], &info.counts.items.to_string())?;
        }
        if asks(some, "folder:ChildFolderCount") {
            xml.element("t:ChildFolderCount", &[], &info.children.to_string())?;
        }
        for (field, value) in shape.extended().zip(&self.properties) {
            if let Some(value) = value {
                write_extended(xml, field, value)?;
            }
        }
        if asks(all, "folder:EffectiveRights") {
            effective_rights(xml)?;
        }
        if asks(all, "folder:DistinguishedFolderId")
            && let Some(id) = info.distinguished
        {
            xml.element("t:DistinguishedFolderId", &[], id)?;
        }
        let counts_unread = !matches!(element, "t:CalendarFolder" | "t:ContactsFolder");
        if counts_unread && asks(some, "folder:UnreadCount") {
            xml.element("t:UnreadCount", &[], &info.counts.unread.to_string())?;
        }
        xml.end(element)
    }
}

/// All rights: the impersonated user owns the mailbox.
pub(super) fn effective_rights(xml: &mut Xml) -> Result<()> {
    xml.start("t:EffectiveRights", &[])?;
    for right in
        ["CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read"]
    {
        xml.element(&format!("t:{right}"), &[], boolean(true))?;
    }
    xml.element("t:ViewPrivateItems", &[], boolean(true))?;
    xml.end("t:EffectiveRights")
}
