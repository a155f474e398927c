//! Items from real files.
//!
//! ```text
//! seed::eml(&[u8]) -> Result<Item, Unreadable>
//! seed::fill(&mut Mailbox, &Path) -> io::Result<Report>
//! ```
//!
//! Guarantee: nothing of a readable message is left out: each part is the body, an attachment or
//! a message inside. A file that is no message is named with the reason and stops nothing.

mod body;
mod eml;
mod people;
mod walk;

pub(crate) use eml::eml;
pub use walk::Report;
pub(crate) use walk::fill;

#[cfg(test)]
mod tests;
