//! Two items compared by meaning rather than by bytes.
//!
//! A [`Collector`] walks an item as it passes and keeps one digest per property, named by path:
//! `0x0037`, `recipient[3]/0x3001`, `attachment[0]/message/0x001A`, or set and name
//! (`{00020329-0000-0000-c000-000000000046}/X-Demo`) for a named property, whose number differs
//! from mailbox to mailbox. Texts are compared as UTF-16 whatever code page they came in.
//! Properties that the service renews on import are left out ([`RENEWED`]).
//!
//! No content is kept, so a [`Canonical`] and a difference can be printed.

mod collect;
mod renewed;
mod value;

pub use collect::{Canonical, Collector, diff};
pub use renewed::{READ_STATE, RENEWED, RENEWED_IN_ATTACHMENT, RENEWED_IN_RECIPIENT};
