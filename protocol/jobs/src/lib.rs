//! Job messages: what travels on the queue, and how it is written.
//!
//! A message is a pointer plus intent: ids, pass, slice, and what its sender last saw of the
//! store. It never carries content, credentials or addresses. The store is the truth; a message
//! that is lost, repeated or late changes nothing but time.
//!
//! | | old data | new data |
//! |---|---|---|
//! | **old reader** | reads | same version: ignores fields it does not know; newer version: parks |
//! | **new reader** | reads; fields added since have defaults | reads |

mod codec;
mod slice;

pub use codec::{DecodeError, MAX_MESSAGE_BYTES, VERSION, decode, encode};
pub use slice::{FolderSlice, TraceContext};
