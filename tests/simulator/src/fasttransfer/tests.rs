//! The writer against the parser, and the parser against broken blobs.

mod broken;
mod round_trip;
