//! The words every longhaul crate shares: ids, units, states, error codes and the clock.
//!
//! Nothing here does I/O or needs an async runtime. A type in this crate means one thing in the
//! code, the command line, the reports and the documentation.

mod advice;
mod clock;
pub mod code;
mod exit;
mod ids;
mod keys;
mod ladder;
mod side;
pub mod state;
mod units;

pub use advice::advice;
pub use clock::{Clock, ManualClock, SystemClock};
pub use code::Code;
pub use exit::Exit;
pub use ids::{BatchNo, Epoch, Fence, MailboxId, OwnerToken, PassId, ProjectId, SliceNo};
pub use keys::{FolderKey, FolderRef, ItemKey};
pub use ladder::Ladder;
pub use side::Side;
pub use units::{Bytes, Timestamp};
