//! Named properties: a property set and a number or a name in it (Microsoft: MS-OXPROPS 1.3.2).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a named property is called inside its set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Name {
    /// A long id.
    Lid(u32),
    /// A string, compared exactly.
    Text(String),
}

/// A named property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct PropertyName {
    /// The property set.
    pub(crate) set: Uuid,
    /// The name inside the set.
    pub(crate) name: Name,
}

impl PropertyName {
    /// The property of a set with a long id.
    pub(crate) const fn lid(set: Uuid, lid: u32) -> Self {
        Self { set, name: Name::Lid(lid) }
    }

    /// The property of a set with a string name.
    pub(crate) fn text(set: Uuid, name: &str) -> Self {
        Self { set, name: Name::Text(name.to_owned()) }
    }
}

/// Well-known property sets (Microsoft: MS-OXPROPS 1.3.2).
pub(crate) mod sets {
    use uuid::{Uuid, uuid};

    pub(crate) const PUBLIC_STRINGS: Uuid = uuid!("00020329-0000-0000-c000-000000000046");
    pub(crate) const COMMON: Uuid = uuid!("00062008-0000-0000-c000-000000000046");
    pub(crate) const ADDRESS: Uuid = uuid!("00062004-0000-0000-c000-000000000046");
    pub(crate) const INTERNET_HEADERS: Uuid = uuid!("00020386-0000-0000-c000-000000000046");
    pub(crate) const APPOINTMENT: Uuid = uuid!("00062002-0000-0000-c000-000000000046");
    pub(crate) const MEETING: Uuid = uuid!("6ed8da90-450b-101b-98da-00aa003f1305");
    pub(crate) const LOG: Uuid = uuid!("0006200a-0000-0000-c000-000000000046");
    pub(crate) const NOTE: Uuid = uuid!("0006200e-0000-0000-c000-000000000046");
    pub(crate) const TASK: Uuid = uuid!("00062003-0000-0000-c000-000000000046");
    pub(crate) const CALENDAR_ASSISTANT: Uuid = uuid!("11000e07-b51b-40d6-af21-caa85edab1d0");
    pub(crate) const UNIFIED_MESSAGING: Uuid = uuid!("4442858e-a9e3-4e80-b900-317a210cc15b");
    pub(crate) const SHARING: Uuid = uuid!("00062040-0000-0000-c000-000000000046");
}
