//! Names of folders and items that do not depend on the transport that listed them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::MailboxId;

/// Bytes of a key: 96 bits, so that a folder of ten million items meets a collision once in
/// 10^15 folders.
const KEY_BYTES: usize = 12;

/// The first byte of an id says how the others are written.
const PLAIN: u8 = 0;
const SHORTENED: u8 = 1;

/// No id is longer than this.
const MAX_ID: usize = 1024;

/// Digest of a service id's *bytes*.
///
/// EWS writes ids in standard base64, Microsoft Graph writes the same bytes with `-` and `_`, and
/// the service may respell an id it returns: with runs of equal bytes shortened, or not. Hashing
/// the bytes in full makes all spellings one key.
///
/// Source: \[MS-OXCEXT\] section 3.1.4.5 (the spelling); ews-managed-api issue 46 (ExportItems
/// answers with others than it was asked with).
fn digest(service_id: &str) -> [u8; KEY_BYTES] {
    let decoded = STANDARD.decode(service_id).or_else(|_| URL_SAFE.decode(service_id));
    let hash = match decoded {
        Ok(bytes) => Sha256::digest(lengthened(&bytes).unwrap_or(bytes)),
        Err(_) => Sha256::digest(service_id.as_bytes()),
    };
    let mut key = [0; KEY_BYTES];
    key.copy_from_slice(&hash[..KEY_BYTES]);
    key
}

/// An id whose runs are shortened, written in full; `None` if it is not such an id.
fn lengthened(id: &[u8]) -> Option<Vec<u8>> {
    let (&SHORTENED, mut rest) = id.split_first()? else {
        return None;
    };
    let mut out = vec![PLAIN];
    while let Some((byte, after)) = rest.split_first() {
        out.push(*byte);
        rest = after;
        // Two equal bytes are followed by how many more of them there are.
        if rest.first() == Some(byte) {
            let more = rest.get(1)?;
            out.resize(out.len() + 1 + usize::from(*more), *byte);
            rest = &rest[2..];
        }
        if out.len() > MAX_ID {
            return None;
        }
    }
    Some(out)
}

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name([u8; KEY_BYTES]);

        impl $name {
            /// Bytes a key takes in a ledger record.
            pub const LEN: usize = KEY_BYTES;

            /// The key of what the service calls `service_id`.
            #[must_use]
            pub fn of(service_id: &str) -> Self {
                Self(digest(service_id))
            }

            /// The key with these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
                Self(bytes)
            }

            /// The key's bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; KEY_BYTES] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                if text.len() != KEY_BYTES * 2 || !text.is_ascii() {
                    return Err(KeyError);
                }
                let mut key = [0; KEY_BYTES];
                for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    let pair = std::str::from_utf8(pair).map_err(|_| KeyError)?;
                    *byte = u8::from_str_radix(pair, 16).map_err(|_| KeyError)?;
                }
                Ok(Self(key))
            }
        }
    )*};
}

key! {
    /// A source item, the same whichever transport listed it.
    ItemKey;
    /// A source folder, the same whichever transport listed it.
    FolderKey;
}

/// A text that is not the hexadecimal form of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is {} hexadecimal digits", KEY_BYTES * 2)]
pub struct KeyError;

/// One source folder of one mailbox: what a checkpoint, a lease and a ledger belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FolderRef {
    /// The mailbox; all keys of a mailbox live in one hash slot of the store.
    pub mailbox: MailboxId,
    /// The folder within it.
    pub folder: FolderKey,
}

impl fmt::Display for FolderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.mailbox, self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_transports_spellings_of_an_id_are_one_key() {
        assert_eq!(ItemKey::of("AAMk+/8="), ItemKey::of("AAMk-_8="));
        assert_ne!(ItemKey::of("AAMk+/8="), ItemKey::of("AAMk+/9="));
    }

    #[test]
    fn an_id_with_shortened_runs_is_the_same_key() {
        let plain = STANDARD.encode([0, 3, 7, 7, 9, 5, 5, 5, 5]);
        let shortened = STANDARD.encode([1, 3, 7, 7, 0, 9, 5, 5, 2]);
        assert_eq!(ItemKey::of(&plain), ItemKey::of(&shortened));
        let other = STANDARD.encode([1, 3, 7, 7, 1, 9, 5, 5, 2]);
        assert_ne!(ItemKey::of(&plain), ItemKey::of(&other));
        // Ends where a count has to be: no id, but a text like any other.
        assert_ne!(ItemKey::of(&STANDARD.encode([1, 7, 7])), ItemKey::of(&plain));
    }

    #[test]
    fn an_id_that_is_not_base64_still_has_a_key() {
        assert_ne!(ItemKey::of("not base64!"), ItemKey::of("not base64?"));
    }

    #[test]
    fn a_key_reads_back_from_its_text() {
        let key = FolderKey::of("AQMkAD==");
        assert_eq!(key.to_string().parse::<FolderKey>(), Ok(key));
        assert_eq!("zz".parse::<FolderKey>(), Err(KeyError));
    }
}
