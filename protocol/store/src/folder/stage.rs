//! What a pass does with a folder, one after the other.

use serde::{Deserialize, Serialize};

/// A stage of a pass. No folder of a mailbox begins with one before all are done with the stages
/// before it, because an item that was moved is a deletion in one folder and a new item in
/// another (design section 4.8).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Stage {
    /// What left the folder since the last pass is found and held.
    Survey,
    /// Items are copied, changed, and moved in from folders where they are held.
    #[default]
    Copy,
    /// What is still held was deleted; it is dealt with as the project wants it.
    Sweep,
}
