//! DeleteFolder ([ED deletefolder-operation.md]).

use crate::soap::node::Node;

use super::call::{Call, Failure, ItemError};
use super::ids;
use super::messages::{Messages, Tail};

/// One message per folder id.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let to_deleted = request.attribute("DeleteType") == Some("MoveToDeletedItems");
    for node in request.children_of("FolderIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let mut mailbox = call.account.mailbox();
                let folder = ids::folder(call, &mailbox, node)?;
                if mailbox.folder(folder)?.distinguished.is_some() {
                    return Err(crate::mailbox::Refusal::DeleteDistinguished.into());
                }
                match mailbox.distinguished("deleteditems").filter(|_| to_deleted) {
                    Some(place) => {
                        let moved = mailbox.move_folder(folder, place);
                        moved.map_err(|refusal| match refusal {
                            // A folder of that name is there, or it is there itself.
                            crate::mailbox::Refusal::FolderExists => ItemError::new(
                                "ErrorDeleteItemsFailed",
                                "The delete operation failed.",
                            ),
                            other => other.into(),
                        })
                    }
                    None => Ok(mailbox.delete_folder(folder)?),
                }
            },
            |_, (), _| Ok(()),
        )?;
    }
    Ok(())
}
