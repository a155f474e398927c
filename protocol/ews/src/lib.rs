//! Exchange Web Services: typed operations that stream, and the codec of the exported item.
//!
//! [`Client`] speaks to one endpoint with one application's tokens; [`Client::mailbox`] gives a
//! [`Mailbox`] that acts on one mailbox by impersonation. Requests hold nothing but what they
//! send; answers are parsed while they arrive; an item of any size passes through
//! [`Mailbox::export_stream`] and [`Mailbox::upload_stream`] in pieces.
//!
//! It fails with [`Error`] (the whole call) or [`ItemError`] (one item of it). Both say what to
//! do ([`Class`]), how long the service wants us to wait, and whether a write may have been
//! carried out. This crate sends each call once: the one thing it repeats is a call refused with
//! HTTP 401, with a new token. Waiting and trying again are the caller's.

pub mod blob;
mod client;
mod error;
mod http;
mod ids;
pub mod limits;
mod model;
mod operations;
mod soap;
mod time;
mod xml;

pub use client::{Client, Endpoint, Mailbox};
pub use error::{Class, Error, Executed, ItemError, StreamError, UploadStreamError};
pub use ids::{FolderId, FolderName, ItemId};
pub use model::{
    CreatedFolder, Deletion, Exported, Fingerprint, Folder, FolderChange, FolderKind, FolderPage,
    FoundPage, HierarchyPage, ItemChange, ItemFacts, ItemPage, Listed, NewFolder, PropertyChange,
    ServerVersion, Streamed, SyncScope, Traversal, Upload, UploadAction,
};
pub use operations::ExportStream;
