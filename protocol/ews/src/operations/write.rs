//! Parts that several requests share.

use crate::xml::Xml;
use crate::{FolderName, ItemId};

/// `<t:FolderId/>` or `<t:DistinguishedFolderId/>`.
pub(super) fn folder(xml: &mut Xml, folder: FolderName<'_>) {
    match folder {
        FolderName::Id(id) => xml.empty("t:FolderId", &[("Id", id.as_str())]),
        FolderName::Distinguished(role) => xml.empty("t:DistinguishedFolderId", &[("Id", role)]),
    }
}

/// `<t:ItemId/>`.
pub(super) fn item(xml: &mut Xml, item: &ItemId) {
    match &item.change_key {
        Some(key) => xml.empty("t:ItemId", &[("Id", &item.id), ("ChangeKey", key)]),
        None => xml.empty("t:ItemId", &[("Id", &item.id)]),
    }
}

/// `<m:ItemIds>`.
pub(super) fn items(xml: &mut Xml, items: &[ItemId]) {
    xml.element("m:ItemIds", &[], |xml| items.iter().for_each(|id| item(xml, id)));
}

/// A shape of ids and the given properties.
pub(super) fn shape(xml: &mut Xml, name: &str, fields: &[&str], tags: &[(&str, &str)]) {
    xml.element(name, &[], |xml| {
        xml.text("t:BaseShape", "IdOnly");
        xml.element("t:AdditionalProperties", &[], |xml| {
            for field in fields {
                xml.empty("t:FieldURI", &[("FieldURI", field)]);
            }
            for (tag, kind) in tags {
                xml.empty("t:ExtendedFieldURI", &[("PropertyTag", tag), ("PropertyType", kind)]);
            }
        });
    });
}

/// The shape of a folder: names, roles, and what its fingerprint is made of.
pub(super) fn folder_shape(xml: &mut Xml) {
    let fields = [
        "folder:DisplayName",
        "folder:ParentFolderId",
        "folder:FolderClass",
        "folder:DistinguishedFolderId",
    ];
    let tags = [
        ("0x3601", "Integer"),
        ("0x0E08", "Long"),
        ("0x10F4", "Boolean"),
        ("0x670A", "SystemTime"),
        ("0x670B", "Integer"),
        ("0x3602", "Integer"),
        ("0x3617", "Integer"),
        ("0x3603", "Integer"),
    ];
    shape(xml, "m:FolderShape", &fields, &tags);
}

/// The shape of an item that has to be told from others.
pub(super) fn item_facts_shape(xml: &mut Xml, more: &[&str]) {
    let tags = [
        ("0x3007", "SystemTime"),
        ("0x3008", "SystemTime"),
        ("0x0E06", "SystemTime"),
        ("0x0039", "SystemTime"),
        ("0x1035", "String"),
        ("0x0037", "String"),
        ("0x300B", "Binary"),
    ];
    let fields = [&["item:Size", "item:ItemClass"], more].concat();
    shape(xml, "m:ItemShape", &fields, &tags);
}
