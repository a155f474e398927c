//! Identifiers and counters, each its own type so that none can stand in for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id; ids made later sort later.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id with these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// A project: one source tenant, one destination tenant, the mailboxes between them.
    ProjectId;
    /// A project's line item: one source mailbox and its destination.
    MailboxId;
    /// One run over chosen mailboxes.
    PassId;
    /// Who holds a lease: one worker process, for its lifetime.
    OwnerToken;
}

macro_rules! counter {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The number after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counter! {
    /// Counts the owners a folder has had; a write that carries an older one is refused.
    Fence(u64);
    /// Counts the complete enumerations a folder has begun (design section 4.2).
    Epoch(u32);
    /// Counts the slices of a folder within a pass; the message and the store compare it.
    SliceNo(u32);
    /// Counts the batches of a folder; never used twice, so a repeated commit is recognised.
    BatchNo(u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = MailboxId::generate();
        assert_eq!(id.to_string().parse::<MailboxId>().expect("own text"), id);
    }

    #[test]
    fn counters_grow_by_one() {
        assert_eq!(Fence(7).next(), Fence(8));
        assert!(Epoch(1) < Epoch(2));
    }
}
