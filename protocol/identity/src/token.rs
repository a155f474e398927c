//! An access token and the time it is good for.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::Timestamp;

use crate::Secret;

/// An access token. Cheap to clone; prints without the token itself.
#[derive(Clone, Debug)]
pub struct AccessToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    secret: Secret,
    obtained: Timestamp,
    expires: Timestamp,
}

impl AccessToken {
    pub(crate) fn new(secret: Secret, obtained: Timestamp, lifetime: Duration) -> Self {
        let expires = obtained.after(lifetime);
        Self(Arc::new(Inner { secret, obtained, expires }))
    }

    /// The token as it stands after `Bearer ` in a request. Keep it out of logs and errors.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.secret.expose()
    }

    /// When the token ends, by the token source's clock.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.0.expires
    }

    /// When it should be renewed: `early` before its end, or at half its life if that is later.
    pub(crate) fn renew_from(&self, early: Duration) -> Timestamp {
        let life = self.0.expires.since(self.0.obtained);
        self.0.obtained.after(life.saturating_sub(early).max(life / 2))
    }

    /// Whether both are the very same grant.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.expose() == other.expose()
    }
}
