//! CreateFolder and CreateFolderPath ([ED createfolder-operation.md,
//! createfolderpath-operation.md]).

use crate::mailbox::Refusal;
use crate::soap::node::Node;

use super::call::{Call, Failure, ItemError};
use super::folder_view::FolderView;
use super::ids;
use super::messages::{Messages, Tail, Xml};
use super::shape::{Base, BodyType, Shape};

pub(super) const IDS_ONLY: Shape =
    Shape { base: Base::IdOnly, fields: Vec::new(), body: BodyType::Best };

/// One message per new folder.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    for node in request.children_of("Folders") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let mut mailbox = call.account.mailbox();
                let parent = ids::target(call, &mailbox, request.child("ParentFolderId"))
                    .map_err(parent_error)?;
                let (name, class) = wanted(node)?;
                let folder = mailbox.create_folder(parent, &name, &class)?;
                FolderView::of(&mailbox, folder, &IDS_ONLY)
            },
            |xml, view, fault| write(xml, &view, fault.without_content),
        )?;
    }
    Ok(())
}

/// One message per step of the path; a step that is there already is taken.
pub(super) fn run_path(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let mut parent = {
        let mailbox = call.account.mailbox();
        ids::target(call, &mailbox, request.child("ParentFolderId")).map_err(parent_error)
    };
    for node in request.children_of("RelativeFolderPath") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let mut mailbox = call.account.mailbox();
                let at = parent.clone()?;
                let (name, class) = wanted(node)?;
                let step = match mailbox.find_child(at, &name) {
                    Some(found) => Ok(found),
                    None => mailbox.create_folder(at, &name, &class).map_err(ItemError::from),
                };
                parent.clone_from(&step);
                FolderView::of(&mailbox, step?, &IDS_ONLY)
            },
            |xml, view, fault| write(xml, &view, fault.without_content),
        )?;
    }
    Ok(())
}

fn write(xml: &mut Xml, view: &FolderView, without: bool) -> std::io::Result<()> {
    if without {
        return Ok(());
    }
    xml.start("m:Folders", &[])?;
    view.write(xml, &IDS_ONLY)?;
    xml.end("m:Folders")
}

/// Name and class of a new folder; the element implies a class ([ED createfolder.md]).
fn wanted(node: &Node) -> Result<(String, String), ItemError> {
    let name = node.child("DisplayName").map(|name| name.text.clone()).unwrap_or_default();
    if name.is_empty() {
        return Err(ItemError::new("ErrorFolderSave", "The folder save operation failed."));
    }
    let class = match (node.child_text("FolderClass"), node.name.as_str()) {
        (Some(class), "Folder") if !class.is_empty() => class,
        (Some(class), "CalendarFolder") if class.starts_with("IPF.Appointment") => class,
        (Some(class), "ContactsFolder") if class.starts_with("IPF.Contact") => class,
        (Some(class), "TasksFolder") if class.starts_with("IPF.Task") => class,
        (None | Some(""), "CalendarFolder") => "IPF.Appointment",
        (None | Some(""), "ContactsFolder") => "IPF.Contact",
        (None | Some(""), "TasksFolder") => "IPF.Task",
        (None | Some(""), "Folder") => "IPF.Note",
        (_, "SearchFolder") => return Err(Refusal::FolderType.into()),
        _ => {
            return Err(ItemError::new(
                "ErrorNoFolderClassOverride",
                "The folder class cannot be set for this type of folder.",
            ));
        }
    };
    Ok((name, class.to_owned()))
}

fn parent_error(error: ItemError) -> ItemError {
    if error.code == "ErrorFolderNotFound" {
        return ItemError::new(
            "ErrorParentFolderNotFound",
            "The specified parent folder could not be found.",
        );
    }
    error
}
