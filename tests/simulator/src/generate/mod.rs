//! Mailboxes made from a seed.
//!
//! ```text
//! Profile::named("demo" | "small" | "huge" | "bulk", items, seed) -> Option<Profile>
//! generate::fill(&mut Mailbox, &Profile) -> Result<(), Refusal>
//! ```
