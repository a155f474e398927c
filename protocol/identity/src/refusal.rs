//! A refusal of the authority, and what its number means for us.
//!
//! Source: Microsoft: "Microsoft Entra authentication and authorization error codes".

use std::time::Duration;

use serde::Deserialize;

use crate::Error;

/// The body of an HTTP 400 or 401. The description is left out of our errors on purpose: it may
/// name people, and its number says as much.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
    #[serde(default)]
    trace_id: Option<String>,
}

impl Refusal {
    pub(crate) fn into_error(self, hint: Option<Duration>) -> Error {
        let aadsts =
            self.error_codes.first().copied().or_else(|| number_in(&self.error_description));
        let trace_id = self.trace_id.filter(|id| id.len() <= 64);
        match (aadsts, self.error.as_str()) {
            // Tenant not found; neither id nor domain; the tenant part is malformed.
            (Some(90_002 | 900_021 | 900_023 | 90_019), _) => {
                Error::TenantUnknown { aadsts, trace_id }
            }
            // Passing trouble of the authority; and a client in a loop, which has to slow down.
            (Some(90_033 | 90_024 | 50_196 | 90_090), _)
            | (None, "temporarily_unavailable" | "server_error") => {
                let reason = match aadsts {
                    Some(number) => format!("it asked to wait (AADSTS{number})"),
                    None => "it asked to wait".to_owned(),
                };
                Error::AuthorityUnreachable { reason, hint, source: None }
            }
            _ => Error::CredentialRefused { aadsts, trace_id },
        }
    }
}

/// The number in a description such as `AADSTS7000215: Invalid client secret provided.`
fn number_in(description: &str) -> Option<u32> {
    let digits = description.split_once("AADSTS")?.1;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}
