//! UpdateFolder: the display name; other fields are refused ([ED updatefolder-operation.md]).

use crate::soap::node::Node;

use super::call::{Call, Failure, ItemError};
use super::create_folder::IDS_ONLY;
use super::folder_view::FolderView;
use super::ids;
use super::messages::{Messages, Tail};
use super::shape::Field;

/// One message per folder change.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    for change in request.children_of("FolderChanges") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let name = name_of(change)?;
                let mut mailbox = call.account.mailbox();
                let id = change.children.first();
                let id =
                    id.ok_or(ItemError::new("ErrorInvalidIdEmpty", "Id must be non-empty."))?;
                let folder = ids::folder(call, &mailbox, id)?;
                mailbox.rename_folder(folder, &name)?;
                FolderView::of(&mailbox, folder, &IDS_ONLY)
            },
            |xml, view, _| {
                xml.start("m:Folders", &[])?;
                view.write(xml, &IDS_ONLY)?;
                xml.end("m:Folders")
            },
        )?;
    }
    Ok(())
}

fn name_of(change: &Node) -> Result<String, ItemError> {
    let refused = ItemError::new("ErrorInvalidPropertySet", "Set action is invalid for property.");
    let mut name = None;
    for update in change.children_of("Updates") {
        let [path, folder] = update.children.as_slice() else {
            return Err(ItemError::new(
                "ErrorInvalidPropertyDelete",
                "Delete action is invalid for property.",
            ));
        };
        let is_name = Field::parse(path)? == Field::Uri("folder:DisplayName".to_owned());
        match folder.children.as_slice() {
            [value]
                if is_name && value.name == "DisplayName" && update.name == "SetFolderField" =>
            {
                name = Some(value.text.clone());
            }
            [_] => return Err(refused),
            _ => {
                return Err(ItemError::new(
                    "ErrorIncorrectUpdatePropertyCount",
                    "An object within a change description must contain one and only one property \
                     to modify.",
                ));
            }
        }
    }
    name.ok_or(refused)
}
