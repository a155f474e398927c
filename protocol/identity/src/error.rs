//! What can go wrong on the way to a token.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{Code, code};

use crate::SecretRef;

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// Why there is no token. Cheap to clone, so that all who waited for one answer get the same.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A reference leads nowhere.
    #[error("secret {reference} cannot be read")]
    SecretUnreadable {
        /// The reference, which is no secret.
        reference: SecretRef,
        /// What was in the way.
        source: Source,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate cannot be used: {reason}")]
    BadCertificate {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The extra trusted certificates cannot be used.
    #[error("the extra trusted certificates cannot be used")]
    BadTrust {
        /// What was wrong, if known.
        source: Option<Source>,
    },
    /// The authority refused the credential.
    #[error("the authority refused the credential{}: {}", number(.aadsts), refused(*.aadsts))]
    CredentialRefused {
        /// Number of the authority's error, as in `AADSTS7000215`.
        aadsts: Option<u32>,
        /// The authority's id of the exchange, for a support case.
        trace_id: Option<String>,
    },
    /// The authority does not know the tenant.
    #[error("the authority does not know the tenant{}", number(.aadsts))]
    TenantUnknown {
        /// Number of the authority's error.
        aadsts: Option<u32>,
        /// The authority's id of the exchange, for a support case.
        trace_id: Option<String>,
    },
    /// The authority cannot be reached or is out of order.
    #[error("the authority cannot be reached: {reason}")]
    AuthorityUnreachable {
        /// What happened.
        reason: String,
        /// How long it asked us to wait.
        hint: Option<Duration>,
        /// The transport's own error.
        source: Option<Source>,
    },
    /// The answer is not what the protocol promises.
    #[error("the authority's answer is not a token answer: {reason}")]
    BadTokenAnswer {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token is good for less time than is needed, and so is a new one.
    #[error("the authority grants tokens for {} s only, {} s are needed", .granted.as_secs(), .needed.as_secs())]
    TooShort {
        /// How long a fresh token is good for.
        granted: Duration,
        /// How long it has to be.
        needed: Duration,
    },
}

/// The certificate's new public part has not reached every server of the authority yet.
const KEY_NOT_SEEN_YET: u32 = 700_027;

fn number(aadsts: &Option<u32>) -> String {
    aadsts.map(|number| format!(" (AADSTS{number})")).unwrap_or_default()
}

/// What a refusal means, for the numbers an operator meets.
/// Source: Microsoft: "Microsoft Entra authentication and authorization error codes".
fn refused(aadsts: Option<u32>) -> &'static str {
    match aadsts {
        Some(7_000_215) => "the client secret is wrong; use its value, not its id",
        Some(7_000_222) => "the client secret has expired",
        Some(700_016) => "the tenant has no application with this client id",
        Some(KEY_NOT_SEEN_YET) => {
            "the certificate is not registered with the application, or not yet everywhere"
        }
        Some(700_024) => "the assertion's time is not now; is this machine's clock right?",
        Some(7_000_112) => "the application is disabled",
        Some(53_003) => "a conditional access policy blocks it",
        Some(500_011) => "the tenant does not have the service the token is for",
        Some(650_057 | 70_011) => "the scope is not valid for the application",
        _ => "check client id, secret or certificate",
    }
}

impl Error {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::SecretUnreadable { .. } => code::SECRET_UNREADABLE,
            Self::BadCertificate { .. } | Self::BadTrust { .. } => code::BAD_CERTIFICATE,
            Self::CredentialRefused { .. } => code::CREDENTIAL_REFUSED,
            Self::TenantUnknown { .. } => code::TENANT_UNKNOWN,
            Self::AuthorityUnreachable { .. } => code::AUTHORITY_UNREACHABLE,
            Self::BadTokenAnswer { .. } | Self::TooShort { .. } => code::BAD_TOKEN_ANSWER,
        }
    }

    /// Whether the same request may succeed later without anybody's doing.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::AuthorityUnreachable { .. }
                | Self::CredentialRefused { aadsts: Some(KEY_NOT_SEEN_YET), .. }
        )
    }

    /// How long the authority asked us to wait.
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        match self {
            Self::AuthorityUnreachable { hint, .. } => *hint,
            _ => None,
        }
    }

    pub(crate) fn unreachable(reason: impl Into<String>) -> Self {
        Self::AuthorityUnreachable { reason: reason.into(), hint: None, source: None }
    }

    pub(crate) fn bad_trust(error: reqwest::Error) -> Self {
        Self::BadTrust { source: Some(Arc::new(error)) }
    }
}
