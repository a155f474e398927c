//! Settings of the server: file, then environment, then flags; the later one wins.
//!
//! Every mistake is reported at once, with its place. Sizes and durations carry units. Defaults
//! stand in one place, [`Settings::default`] and that of what the workers share.

mod flags;
mod load;
#[cfg(test)]
mod tests;

pub use flags::{ServeFlags, UpFlags};
pub use load::{Settings, load_serve, load_up};
