//! CreateFolder. Source: Microsoft: "CreateFolder operation".

use super::{outcomes, read_folder, write};
use crate::error::Class;
use crate::http::Call;
use crate::soap::envelope;
use crate::{CreatedFolder, Error, FolderName, Mailbox, NewFolder};

impl Mailbox {
    /// Creates a folder below `parent`. A folder of that name that is there already is not an
    /// error.
    ///
    /// If the future is dropped, or the error's [`executed`](Error::executed) is unknown, the
    /// folder may have been created; repeating is safe, because names are unique in a parent.
    ///
    /// # Errors
    ///
    /// [`Error`], also where the service refuses the name or the parent.
    pub async fn create_folder(
        &self,
        parent: &FolderName<'_>,
        folder: &NewFolder,
    ) -> Result<CreatedFolder, Error> {
        let xml = request(self.smtp(), *parent, folder)?;
        let mut answer = Call::small("CreateFolder", xml).make(self).await?;
        let mut results = outcomes::results(&mut answer, 1, "a folder id", |part| {
            part.children.first().and_then(read_folder::id)
        })
        .await?;
        match results.pop() {
            Some(Ok(id)) => Ok(CreatedFolder::Created(id)),
            Some(Err(error)) if error.class() == Class::Exists => Ok(CreatedFolder::Exists),
            Some(Err(error)) => Err(error.into()),
            None => Err(answer.malformed("it holds no response message")),
        }
    }
}

pub(super) fn request(
    smtp: &str,
    parent: FolderName<'_>,
    folder: &NewFolder,
) -> Result<Vec<u8>, Error> {
    let class = folder.class.as_deref();
    let (element, writes_class) = element(class);
    envelope(smtp, |xml| {
        xml.element("m:CreateFolder", &[], |xml| {
            xml.element("m:ParentFolderId", &[], |xml| write::folder(xml, parent));
            xml.element("m:Folders", &[], |xml| {
                xml.element(element, &[], |xml| {
                    if let Some(class) = class.filter(|_| writes_class) {
                        xml.text("t:FolderClass", class);
                    }
                    xml.text("t:DisplayName", &folder.name);
                });
            });
        });
    })
}

/// The element for a folder's class, and whether the class has to be written beside it: the
/// elements of calendars, contacts and tasks stand for the plain class and refuse no other.
pub(super) fn element(class: Option<&str>) -> (&'static str, bool) {
    let Some(class) = class else {
        return ("t:Folder", false);
    };
    let is = |base: &str| {
        let head = class.get(..base.len());
        let tail = class.get(base.len()..).unwrap_or_default();
        head.is_some_and(|head| head.eq_ignore_ascii_case(base))
            && (tail.is_empty() || tail.starts_with('.'))
    };
    let special = |base: &str| !class.eq_ignore_ascii_case(base);
    if is("IPF.Appointment") {
        ("t:CalendarFolder", special("IPF.Appointment"))
    } else if is("IPF.Contact") {
        ("t:ContactsFolder", special("IPF.Contact"))
    } else if is("IPF.Task") {
        ("t:TasksFolder", special("IPF.Task"))
    } else {
        ("t:Folder", true)
    }
}
