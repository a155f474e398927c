//! Reads an item element.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use longhaul_core::{Bytes, Timestamp};

use crate::xml::Element;
use crate::{FolderId, ItemFacts, ItemId, Listed, time};

/// The value of an extended property by its tag.
pub(super) fn extended(element: &Element, tag: u16) -> Option<&str> {
    element
        .children
        .iter()
        .filter(|child| child.name() == "ExtendedProperty")
        .find(|child| {
            let uri = child.child("ExtendedFieldURI").and_then(|uri| uri.attribute("PropertyTag"));
            uri.and_then(parse_tag) == Some(tag)
        })
        .and_then(|child| child.child_text("Value"))
}

/// `0x0e08`, `0xE08` or `3592`: the service writes tags as it likes.
fn parse_tag(text: &str) -> Option<u16> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

pub(super) fn number(text: Option<&str>) -> Option<i64> {
    text?.trim().parse().ok()
}

fn instant(element: &Element, tag: u16) -> Option<Timestamp> {
    extended(element, tag).and_then(time::read)
}

fn size(element: &Element) -> Option<Bytes> {
    number(element.child_text("Size")).and_then(|n| u64::try_from(n).ok()).map(Bytes)
}

/// The id an `ItemId` element gives.
pub(super) fn own_id(element: &Element) -> Option<ItemId> {
    let id = element.attribute("Id").filter(|id| !id.is_empty())?.to_owned();
    Some(ItemId { id, change_key: element.attribute("ChangeKey").map(str::to_owned) })
}

/// The id of the item that `element` describes.
pub(super) fn id(element: &Element) -> Option<ItemId> {
    own_id(element.child("ItemId")?)
}

/// The item as a list of changes shows it; `None` if it has no id.
pub(super) fn listed(element: &Element) -> Option<Listed> {
    Some(Listed {
        id: id(element)?,
        class: element.child_text("ItemClass").map(str::to_owned),
        size: size(element),
        received: instant(element, 0x0E06)
            .or_else(|| instant(element, 0x0039))
            .or_else(|| instant(element, 0x3007)),
        associated: element.child_text("IsAssociated").is_some_and(|text| text.trim() == "true"),
    })
}

/// The item's telling properties; `None` if it has no id.
pub(super) fn facts(element: &Element) -> Option<ItemFacts> {
    let text = |tag| extended(element, tag).map(str::to_owned);
    let parent = element.child("ParentFolderId").and_then(|parent| parent.attribute("Id"));
    Some(ItemFacts {
        id: id(element)?,
        parent: parent.map(FolderId::new),
        class: element.child_text("ItemClass").map(str::to_owned),
        size: size(element),
        created: instant(element, 0x3007),
        modified: instant(element, 0x3008),
        delivered: instant(element, 0x0E06),
        submitted: instant(element, 0x0039),
        message_id: text(0x1035),
        subject: text(0x0037),
        search_key: extended(element, 0x300B).and_then(|text| STANDARD.decode(text.trim()).ok()),
    })
}
