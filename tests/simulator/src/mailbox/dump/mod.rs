//! A mailbox as text, so that two can be compared.
//!
//! Guarantee: mailboxes whose folders hold equal items (twins counted) give equal text, whatever
//! the order the items came in, their ids, their language, and what the service renews
//! ([`super::renewed::RENEWED`]). Search folders are left out. Memory: 40 bytes for each item of one folder.

mod canonical;
mod write;
