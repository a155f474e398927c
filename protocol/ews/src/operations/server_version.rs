//! The server's version, from the header of an answer.
//!
//! Source: Microsoft: "ServerVersionInfo", "GetFolder operation".

use super::{get_folder, outcomes, read_folder};
use crate::http::Call;
use crate::{Error, FolderName, Mailbox, ServerVersion};

impl Mailbox {
    /// Asks the server for its version by reading the mailbox's root folder, which shows that
    /// address, token, impersonation and mailbox are in order, too.
    ///
    /// Nothing is changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`] as of any call, also where the mailbox refuses; malformed if the answer names no
    /// version.
    pub async fn probe_version(&self) -> Result<ServerVersion, Error> {
        let root = [FolderName::Distinguished("msgfolderroot")];
        let xml = get_folder::request(self.smtp(), &root)?;
        let mut answer = Call::small("GetFolder", xml).make(self).await?;
        let version = answer.version().cloned();
        outcomes::results(&mut answer, 1, "a folder", |part| {
            part.children.first().and_then(read_folder::id)
        })
        .await?
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
        version.ok_or_else(|| answer.malformed("it does not name the server's version"))
    }
}
