//! The blob of ExportItems and UploadItems: a record wrapper around one FastTransfer stream.
//!
//! ```text
//! Export::new(Arc<Item>)  ->  Iterator<Item = Bytes>, Export::len() known before the first chunk
//! Parser::new(); parser.push(&[u8])?; parser.finish()? -> Item
//! ```
//!
//! Guarantee: what [`Export`] writes, [`Parser`] reads back equal, and neither holds generated
//! content. The parser refuses every stream that is cut, unbalanced or of unknown make
//! ([`Broken`]). Sources: Microsoft MS-OXCFXICS 2.2.4, MS-OXCDATA 2.11, and the samples published
//! with the ExportItems operation.

mod broken;
mod builder;
mod export;
mod layout;
mod parser;
mod pieces;
mod records;
mod sink;
mod values;

pub(crate) use broken::Broken;
pub(crate) use export::{Export, stream_length};
pub(crate) use parser::Parser;

#[cfg(test)]
mod tests;
