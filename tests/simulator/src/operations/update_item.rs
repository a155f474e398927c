//! UpdateItem: read state, subject, categories and MAPI properties ([ED updateitem-operation.md]).

use crate::mapi::{Item, Key, Value, tags};
use crate::soap::node::Node;

use super::call::{Call, Failure, ItemError};
use super::create_folder::IDS_ONLY;
use super::ids;
use super::item_fields::categories;
use super::item_view::{Detail, ItemView};
use super::messages::{Messages, Tail};
use super::shape::Field;
use super::values;

/// One change of an item.
enum Change {
    Read(bool),
    Set(Key, Value),
    Remove(Key),
}

/// One message per item change.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let checked = request.attribute("ConflictResolution") == Some("NeverOverwrite");
    for change in request.children_of("ItemChanges") {
        messages.answer(
            Tail::Items,
            |_| {
                let updates = change.children_of("Updates").iter().map(parse);
                let updates = updates.collect::<Result<Vec<_>, _>>()?;
                let mut mailbox = call.account.mailbox();
                let id = change.children.first().ok_or(EMPTY)?;
                let item = ids::item(&mailbox, id)?;
                let class = mailbox.item(item)?.item.class().to_owned();
                if checked {
                    ids::fresh(&mailbox, id, item)?;
                }
                let disposition = request.attribute("MessageDisposition");
                if disposition.is_none() && class.starts_with("IPM.Note") {
                    return Err(ItemError::new(
                        "ErrorMessageDispositionRequired",
                        "MessageDisposition attribute is required.",
                    ));
                }
                let invitations = request.attribute("SendMeetingInvitationsOrCancellations");
                if invitations.is_none() && class.starts_with("IPM.Appointment") {
                    return Err(ItemError::new(
                        "ErrorSendMeetingInvitationsOrCancellationsRequired",
                        "SendMeetingInvitationsOrCancellations attribute is required for calendar \
                         items.",
                    ));
                }
                match updates.as_slice() {
                    [Change::Read(read)] => mailbox.set_read(item, *read)?,
                    _ => mailbox.change_item(item, |item| apply(item, updates))?,
                }
                ItemView::of(&mailbox, item, &IDS_ONLY)
            },
            |xml, view, _| {
                xml.start("m:Items", &[])?;
                view.write(xml, &IDS_ONLY, Detail::List)?;
                xml.end("m:Items")?;
                xml.start("m:ConflictResults", &[])?;
                xml.element("t:Count", &[], "0")?;
                xml.end("m:ConflictResults")
            },
        )?;
    }
    Ok(())
}

const EMPTY: ItemError = ItemError::new("ErrorInvalidIdEmpty", "Id must be non-empty.");

fn apply(item: &mut Item, changes: Vec<Change>) {
    for change in changes {
        match change {
            Change::Read(read) => item.set_read(read),
            Change::Set(key, value) => {
                if key == Key::from(tags::SUBJECT) {
                    item.props.set(tags::NORMALIZED_SUBJECT, value.clone());
                }
                item.props.set(key, value);
            }
            Change::Remove(key) => {
                item.props.remove(key);
            }
        }
    }
}

fn parse(update: &Node) -> Result<Change, ItemError> {
    let invalid = ItemError::new("ErrorInvalidPropertySet", "Set action is invalid for property.");
    let path = update.children.first().ok_or_else(|| invalid.clone())?;
    let field = Field::parse(path)?;
    if update.name == "DeleteItemField" {
        return match field {
            Field::Uri(uri) if uri == "item:Subject" => Ok(Change::Remove(tags::SUBJECT.into())),
            Field::Uri(uri) if uri == "item:Categories" => Ok(Change::Remove(categories())),
            Field::Extended(extended) => Ok(Change::Remove(extended.key)),
            _ => Err(ItemError::new(
                "ErrorInvalidPropertyDelete",
                "Delete action is invalid for property.",
            )),
        };
    }
    if update.name != "SetItemField" {
        return Err(ItemError::new(
            "ErrorInvalidPropertyAppend",
            "Append action is invalid for property.",
        ));
    }
    let values = update.children.get(1).map_or(&[][..], |item| item.children.as_slice());
    let [value] = values else {
        return Err(ItemError::new(
            "ErrorIncorrectUpdatePropertyCount",
            "An object within a change description must contain one and only one property to \
             modify.",
        ));
    };
    match (&field, value.name.as_str()) {
        (Field::Uri(uri), "IsRead") if uri == "message:IsRead" => {
            Ok(Change::Read(matches!(value.text.trim(), "true" | "1")))
        }
        (Field::Uri(uri), "Subject") if uri == "item:Subject" => {
            Ok(Change::Set(tags::SUBJECT.into(), value.text.clone().into()))
        }
        (Field::Uri(uri), "Importance") if uri == "item:Importance" => {
            let level = ["Low", "Normal", "High"];
            let number = level.iter().position(|name| *name == value.text.trim());
            let number = number.and_then(|number| i32::try_from(number).ok()).ok_or(invalid)?;
            Ok(Change::Set(tags::IMPORTANCE.into(), number.into()))
        }
        (Field::Uri(uri), "Categories") if uri == "item:Categories" => {
            let list = value.children.iter().map(|text| text.text.clone()).collect();
            Ok(Change::Set(categories(), Value::Texts(list)))
        }
        (Field::Extended(extended), "ExtendedProperty") => {
            let same = value
                .child("ExtendedFieldURI")
                .map(super::shape::Extended::parse)
                .transpose()?
                .is_some_and(|inner| inner.key == extended.key && inner.kind == extended.kind);
            if !same {
                return Err(ItemError::new(
                    "ErrorUpdatePropertyMismatch",
                    "The property in the change description does not match the property set.",
                ));
            }
            let parsed = values::parse_extended(value, extended).ok_or(ItemError::new(
                "ErrorInvalidValueForProperty",
                "The specified value is invalid for property.",
            ))?;
            Ok(Change::Set(extended.key.clone(), parsed))
        }
        _ => Err(invalid),
    }
}
