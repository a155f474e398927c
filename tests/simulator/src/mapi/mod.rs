//! What a mailbox item is made of: MAPI property bags, recipients, attachments.
//!
//! Pure data: no I/O, no clock. Big binary values may be held as a reference to generated content
//! (see [`Generated`]), so an item of 150 MB costs a few hundred bytes.

mod content;
mod item;
mod names;
mod props;
mod tag;
pub(crate) mod tags;
mod time;
mod value;

pub(crate) use content::{Content, GENERATED_HEADER, Generated, Style};
pub(crate) use item::{Attachment, Item};
pub(crate) use names::{Name, PropertyName, sets};
pub(crate) use props::{Key, Props};
pub(crate) use tag::{Tag, kind};
pub(crate) use time::Time;
pub(crate) use value::Value;

#[cfg(test)]
mod tests;
