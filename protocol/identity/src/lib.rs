//! Tokens from Entra ID, and secrets that cannot be printed.
//!
//! [`TokenSource`] gets app-only tokens (client secret or certificate), keeps them, renews them
//! early and never asks twice at the same time. [`Secret`] holds what must not be seen;
//! [`SecretRef`] says where it stands. [`http_client`] builds the HTTP client every service crate
//! uses: one TLS stack, no redirects followed, no total time-out.
//!
//! It fails with [`Error`], whose [`code`](Error::code) has a help page and whose
//! [`is_transient`](Error::is_transient) says whether asking again can help. It never logs a
//! secret, a token or an assertion.

mod answer;
mod assertion;
mod authority;
mod cache;
mod credential;
mod error;
mod grant;
mod http;
mod refusal;
mod secret;
mod token;

pub use authority::Authority;
pub use cache::TokenSource;
pub use credential::Credential;
pub use error::Error;
pub use http::http_client;
pub use secret::{Secret, SecretRef};
pub use token::AccessToken;
