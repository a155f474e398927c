//! Settings of the server: file, then environment, then flags; the later one wins.
//!
//! Every mistake is reported at once, with its place. Sizes and durations carry units. Defaults
//! stand in one place, [`Settings::default`].

mod flags;
mod load;
#[cfg(test)]
mod tests;

pub use flags::Flags;
pub use load::{ENV_PREFIX, Settings, load};
pub use longhaul_settings::{cutoff, duration, size};
