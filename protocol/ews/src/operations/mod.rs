//! One file per operation: its request, its answer, its place in [`Mailbox`](crate::Mailbox).

mod create_folder;
mod delete_folder;
mod delete_item;
mod export_items;
mod export_stream;
mod find_folder;
mod find_item;
mod get_folder;
mod get_item;
mod move_folder;
mod move_item;
mod outcomes;
mod read_folder;
mod read_item;
mod server_version;
mod sync_folder_hierarchy;
mod sync_folder_items;
mod update_folder;
mod update_item;
mod upload_items;
mod upload_stream;
mod write;

#[cfg(test)]
mod tests;

pub use export_stream::ExportStream;
