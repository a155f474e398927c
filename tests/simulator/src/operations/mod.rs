//! The EWS operations, one file each, and what they share.
//!
//! [`serve()`] runs one request on a blocking thread: read the head, find the mailbox, let faults
//! and throttling have their say, read and check the rest, execute, answer. An operation gets a
//! checked request and a mailbox; each item of a batch is answered in the order of the request.

mod call;
mod convert_id;
mod create_folder;
mod delete_folder;
mod delete_item;
mod export_items;
mod find_folder;
mod find_item;
mod folder_view;
mod get_folder;
mod get_item;
mod ids;
mod impersonation;
mod item_fields;
mod item_view;
mod kind_fields;
mod messages;
mod move_folder;
mod move_item;
mod restriction;
mod serve;
mod shape;
mod sync_folder_hierarchy;
mod sync_folder_items;
mod update_folder;
mod update_item;
mod upload_items;
mod values;

pub(crate) use serve::{Caller, Outcome, serve};
