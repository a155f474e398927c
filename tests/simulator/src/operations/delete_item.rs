//! DeleteItem ([ED deleteitem-operation.md]).

use crate::mailbox::Deletion;
use crate::soap::node::Node;

use super::call::{Call, Failure, ItemError};
use super::ids;
use super::messages::{Messages, Tail};

/// One message per item id. Calendar items and tasks want the attribute that says what happens
/// to the others.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let how = match request.attribute("DeleteType") {
        Some("SoftDelete") => Deletion::Soft,
        Some("MoveToDeletedItems") => Deletion::ToDeletedItems,
        _ => Deletion::Hard,
    };
    for node in request.children_of("ItemIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let mut mailbox = call.account.mailbox();
                let item = ids::item(&mailbox, node)?;
                let record = mailbox.item(item)?;
                let class = record.item.class();
                if class.starts_with("IPM.Appointment")
                    && request.attribute("SendMeetingCancellations").is_none()
                {
                    return Err(ItemError::new(
                        "ErrorSendMeetingCancellationsRequired",
                        "SendMeetingCancellations attribute is required for calendar items.",
                    ));
                }
                if class.starts_with("IPM.Task")
                    && request.attribute("AffectedTaskOccurrences").is_none()
                {
                    return Err(ItemError::new(
                        "ErrorAffectedTaskOccurrencesRequired",
                        "AffectedTaskOccurrences attribute is required for Task items.",
                    ));
                }
                Ok(mailbox.delete_item(item, how)?)
            },
            |_, (), _| Ok(()),
        )?;
    }
    Ok(())
}
