//! The token endpoint: OAuth 2.0 client credentials as Entra ID answers them.
//!
//! `POST /{tenant}/oauth2/v2.0/token` with a secret or a signed assertion; the two
//! discovery documents, the keys, and instance discovery. Errors carry `AADSTS` numbers
//! and correlation ids. Access tokens are RS256 JWTs of this simulator's own key.
//! Sources: [L identity-platform v2-oauth2-client-creds-grant-flow, reference-error-codes].

mod access;
mod assertion;
mod discovery;
mod endpoint;
mod error;
mod keys;

pub(crate) use access::{Access, Rejected};
pub(crate) use assertion::ClientCertificate;
pub(crate) use discovery::{instance, keys as published_keys, openid_configuration};
pub(crate) use endpoint::token;
pub use keys::KeyError;
pub(crate) use keys::SigningKeys;
