//! Mailboxes made from a seed: the same profile makes the same content on every machine.
//!
//! ```text
//! Profile::named("small" | "demo" | "huge" | "bulk" | "bulk:SIZE:FOLDERS" …, items, seed) -> Option<Profile>
//! generate::fill(&mut Mailbox, &Profile) -> Result<(), Refusal>
//! ```
//!
//! Items are made when looked at ([`crate::mailbox::ItemSource`]); only folders are stored. All
//! names are invented words, all addresses end in reserved domains.

mod bulk;
mod calendar;
mod contacts;
mod folders;
mod kinds;
mod mail;
mod meetings;
mod others;
mod profile;
mod random;
mod recurrence;
mod row;
mod words;

pub(crate) use folders::fill;
pub(crate) use profile::Profile;

#[cfg(test)]
mod tests;
