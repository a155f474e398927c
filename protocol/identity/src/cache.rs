//! The cache in front of the authority: one token, renewed early, asked for once at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use longhaul_core::{Clock, Timestamp};
use tokio::sync::Mutex;

use crate::grant::Grant;
use crate::{AccessToken, Authority, Credential, Error};

/// Longer than any request but the largest upload, which asks for more by itself.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// An old token that still works is not renewed again at once when the authority is in trouble.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Gives tokens for one scope of one tenant. Cheap to clone; all clones share one cache.
///
/// At most one request to the authority is under way at any time; whoever comes meanwhile waits
/// for its outcome. Its futures may be dropped at any point: the next caller asks again.
#[derive(Clone, Debug)]
pub struct TokenSource(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    grant: Arc<Grant>,
    held: Mutex<Held>,
    /// Requests finished so far, to tell who waited for one.
    finished: AtomicU64,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<AccessToken>,
    failure: Option<(Timestamp, Error)>,
}

impl TokenSource {
    /// A source of app-only tokens for `scope`, such as
    /// `https://outlook.office365.com/.default`. Nothing is sent yet.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        authority: Authority,
        credential: Credential,
        scope: String,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let grant = Arc::new(Grant { http, authority, credential, scope, clock });
        Self(Arc::new(Inner { grant, held: Mutex::default(), finished: AtomicU64::new(0) }))
    }

    /// A token that is not about to end.
    ///
    /// If the authority is in trouble, an older token that still works is given instead.
    ///
    /// # Errors
    ///
    /// [`Error`] if there is no working token and none could be had.
    pub async fn token(&self) -> Result<AccessToken, Error> {
        self.get(|token, now| now < token.renew_from(EARLY), |token, now| now < token.expires())
            .await
    }

    /// A token other than `stale`, which the service refused. Asks the authority only if the
    /// cache still holds `stale`, so many refusals of one token cause one request.
    ///
    /// # Errors
    ///
    /// [`Error`] if no new token could be had.
    pub async fn renewed_after(&self, stale: &AccessToken) -> Result<AccessToken, Error> {
        let other = |token: &AccessToken, now| !token.is(stale) && now < token.expires();
        self.get(other, other).await
    }

    /// A token that is good for at least `needed` from now.
    ///
    /// # Errors
    ///
    /// [`Error`] if no new token could be had; [`Error::TooShort`] if the authority does not
    /// grant tokens for so long.
    pub async fn valid_for(&self, needed: Duration) -> Result<AccessToken, Error> {
        let lasts = |token: &AccessToken, now: Timestamp| token.expires().since(now) >= needed;
        let token = self.get(lasts, lasts).await?;
        let granted = token.expires().since(self.0.grant.clock.now());
        if granted < needed {
            return Err(Error::TooShort { granted, needed });
        }
        Ok(token)
    }

    /// The held token if it is `fresh`; else a new one; else, if that fails, the held one as
    /// long as it `suffices`.
    async fn get(
        &self,
        fresh: impl Fn(&AccessToken, Timestamp) -> bool,
        suffices: impl Fn(&AccessToken, Timestamp) -> bool,
    ) -> Result<AccessToken, Error> {
        let seen = self.0.finished.load(Ordering::Acquire);
        let mut held = self.0.held.lock().await;
        let now = self.0.grant.clock.now();
        if let Some(token) = held.token.as_ref().filter(|token| fresh(token, now)) {
            return Ok(token.clone());
        }
        let fallback = held.token.clone().filter(|token| suffices(token, now));
        if let Some((at, error)) = &held.failure {
            let waited_for_it = self.0.finished.load(Ordering::Acquire) != seen;
            if let Some(token) = &fallback
                && now.since(*at) < PAUSE_AFTER_FAILURE
            {
                return Ok(token.clone());
            }
            if waited_for_it {
                return Err(error.clone());
            }
        }
        let outcome = self.0.grant.request().await;
        self.0.finished.fetch_add(1, Ordering::Release);
        match outcome {
            Ok(token) => {
                *held = Held { token: Some(token.clone()), failure: None };
                Ok(token)
            }
            Err(error) => {
                held.failure = Some((now, error.clone()));
                tracing::warn!(code = %error.code(), "no new token could be had");
                fallback.ok_or(error)
            }
        }
    }
}
