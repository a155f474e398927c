//! In the making.
/// Embedded.
#[derive(Debug)]
pub struct Embedded;
