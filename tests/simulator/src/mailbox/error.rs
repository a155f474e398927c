//! Why a mailbox refused, with the service's response code for it.

/// A refusal. [`Refusal::code`] is the EWS response code (Microsoft: ResponseCode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Id is malformed.")]
    MalformedId,
    #[error("Change key is malformed.")]
    MalformedChangeKey,
    #[error("The specified object was not found in the store.")]
    ItemNotFound,
    #[error("The specified folder could not be found in the store.")]
    FolderNotFound,
    #[error("The folder to be synchronized could not be found.")]
    SyncFolderNotFound,
    #[error("Synchronization state data is corrupt or otherwise invalid.")]
    InvalidSyncState,
    #[error("A folder with the specified name already exists.")]
    FolderExists,
    #[error("Distinguished folders cannot be deleted.")]
    DeleteDistinguished,
    #[error("Distinguished folders cannot be moved.")]
    MoveDistinguished,
    #[error("The folder cannot be moved into itself or one of its subfolders.")]
    MoveIntoItself,
    #[error("The operation is not possible on a folder of this type.")]
    FolderType,
    #[error("Mailbox has exceeded maximum mailbox size.")]
    QuotaExceeded,
    #[error("The message exceeds the maximum supported size.")]
    TooLarge,
    #[error("The name of a folder must have 1 to 255 characters.")]
    FolderName,
}

impl Refusal {
    /// The EWS response code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::MalformedId => "ErrorInvalidIdMalformed",
            Self::MalformedChangeKey => "ErrorInvalidChangeKey",
            Self::ItemNotFound => "ErrorItemNotFound",
            Self::FolderNotFound => "ErrorFolderNotFound",
            Self::SyncFolderNotFound => "ErrorSyncFolderNotFound",
            Self::InvalidSyncState => "ErrorInvalidSyncStateData",
            Self::FolderExists => "ErrorFolderExists",
            Self::DeleteDistinguished => "ErrorDeleteDistinguishedFolder",
            Self::MoveDistinguished => "ErrorMoveDistinguishedFolder",
            Self::MoveIntoItself => "ErrorMoveCopyFailed",
            Self::FolderType => "ErrorInvalidFolderTypeForOperation",
            Self::QuotaExceeded => "ErrorQuotaExceeded",
            Self::TooLarge => "ErrorMessageSizeExceeded",
            Self::FolderName => "ErrorInvalidRequest",
        }
    }
}
