//! What the operations take and give.

mod folder;
mod item;
mod page;
mod upload;

pub use folder::{CreatedFolder, Fingerprint, Folder, FolderKind, NewFolder};
pub use item::{Exported, ItemFacts, Listed};
pub use page::{
    FolderChange, FolderPage, FoundPage, HierarchyPage, ItemChange, ItemPage, SyncScope, Traversal,
};
pub use upload::{Deletion, PropertyChange, ServerVersion, Streamed, Upload, UploadAction};
