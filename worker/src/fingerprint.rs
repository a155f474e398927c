//! A folder's fingerprint, from the transport to the store.

use longhaul_store::folder::Fingerprint;

/// What the service says of a folder, as it is kept. The worker keeps what it saw before its list,
/// the coordinator compares it with what it sees before the next pass.
#[must_use]
pub fn fingerprint(seen: longhaul_ews::Fingerprint) -> Fingerprint {
    Fingerprint {
        changed: Some(seen.changed),
        deleted: Some(seen.deleted.into()),
        items: seen.items.into(),
        associated: seen.associated.into(),
        unread: seen.unread.into(),
    }
}
