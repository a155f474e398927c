//! The exported item: base64 → records → FastTransfer stream, checked while it passes.
//!
//! The service promises an opaque stream that it will take back. longhaul never changes it; it
//! parses it only to notice a damaged one before it is uploaded, and to compare two items
//! ([`canonical`]). Everything here takes bytes in pieces of any size and holds none of the item.
//!
//! Sources: Microsoft: "Exporting and importing items by using EWS in Exchange" (truncation);
//! \[MS-OXCFXICS\] (stream), \[MS-OXCDATA\] (types). The record wrapper is not documented; its
//! form is that of every sample Microsoft has published.
//!
//! It fails with [`Error`]: cut short, not base64, or not parseable. A stream that is whole but
//! lacks its second separator is reported as suspect; one with a property type we do not know
//! cannot be followed further and is reported as opaque.

mod base64;
pub mod canonical;
mod check;
mod digest;
mod error;
mod record;
mod tag;
#[cfg(test)]
mod tests;
mod text;
mod walk;

pub use base64::{Base64Decoder, TRUNCATION_MARKER};
pub use check::{Checker, Report};
pub use error::Error;
pub use text::Base64Text;
pub(crate) use text::{Keeper, encoded_length, symbols};
