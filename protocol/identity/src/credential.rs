//! What proves to the authority that we are the application.

use serde::{Deserialize, Serialize};

use crate::SecretRef;

/// The credential of an application registered in a tenant. Certificates are the better choice.
///
/// It holds references only, so it can be stored and printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Credential {
    /// A client secret.
    Secret {
        /// Application (client) id, a GUID.
        client_id: String,
        /// Where the secret stands.
        secret: SecretRef,
    },
    /// A certificate whose public part is registered with the application.
    Certificate {
        /// Application (client) id, a GUID.
        client_id: String,
        /// Where a PEM text stands that holds the certificate and its RSA private key.
        pem: SecretRef,
    },
}

impl Credential {
    /// Application (client) id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::Secret { client_id, .. } | Self::Certificate { client_id, .. } => client_id,
        }
    }
}
