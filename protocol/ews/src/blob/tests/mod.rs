//! Tests of the codec: a sample item, blobs built by hand, and any cut of either.

mod base64;
mod canonical;
mod checker;
mod digest;
mod sample;
