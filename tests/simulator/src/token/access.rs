//! Access tokens: made here, checked by EWS.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tenant::{Application, Tenant, World, derived};

/// Audience of EWS and the Exchange admin API.
pub(crate) const EXCHANGE: &str = "https://outlook.office365.com";
/// Audience of Microsoft Graph.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";

/// The claims of an access token (version 1.0, as Exchange asks for).
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    appid: String,
    appidacr: String,
    idp: String,
    oid: Uuid,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
    sub: Uuid,
    tid: Uuid,
    uti: String,
    ver: String,
    /// Counts the tokens of this simulator, so that all before one can be revoked.
    number: i64,
}

/// An accepted token.
#[derive(Debug)]
pub(crate) struct Access<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) application: &'a Application,
}

/// Why a token is refused: what `x-ms-diagnostics` and `WWW-Authenticate` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) number: u32,
    pub(crate) category: &'static str,
    pub(crate) reason: &'static str,
}

/// A token with the seconds it is good for.
pub(super) fn issue(
    world: &World,
    tenant: &Tenant,
    application: &Application,
    audience: &str,
    certificate: bool,
) -> Option<(String, u64)> {
    let seconds = world.settings().token_lifetime_seconds;
    let now = Timestamp::now().as_second();
    let id = application.client_id.to_string();
    let principal = derived("service principal", &format!("{}{id}", tenant.id));
    let issuer = format!("https://sts.windows.net/{}/", tenant.id);
    let claims = Claims {
        aud: audience.to_owned(),
        iss: issuer.clone(),
        iat: now,
        nbf: now,
        exp: now.saturating_add_unsigned(seconds),
        appid: id,
        appidacr: if certificate { "2" } else { "1" }.to_owned(),
        idp: issuer,
        oid: principal,
        roles: if audience == EXCHANGE { application.roles.clone() } else { Vec::new() },
        sub: principal,
        tid: tenant.id,
        uti: URL_SAFE_NO_PAD.encode(Uuid::new_v4()),
        ver: "1.0".to_owned(),
        number: world.counters.next_token(),
    };
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(world.keys.kid.clone());
    header.x5t = Some(world.keys.kid.clone());
    encode(&header, &claims, &world.keys.encoding).ok().map(|token| (token, seconds))
}

impl<'a> Access<'a> {
    /// Checks the value of an `Authorization` header for EWS.
    pub(crate) fn check(world: &'a World, header: Option<&str>) -> Result<Self, Rejected> {
        let rejected = |number, category, reason| Rejected { number, category, reason };
        let token = header
            .and_then(|value| {
                value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "))
            })
            .ok_or_else(|| {
                rejected(2_000_010, "missing_token", "The request has no bearer token.")
            })?;
        let invalid = |reason| rejected(2_000_001, "invalid_token", reason);
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let claims = decode::<Claims>(token.trim(), &world.keys.decoding, &validation)
            .map_err(|_| invalid("The token has an invalid signature."))?
            .claims;
        let now = Timestamp::now().as_second();
        if claims.exp <= now {
            return Err(rejected(2_000_002, "invalid_lifetime", "The token has expired."));
        }
        if claims.aud.trim_end_matches('/') != EXCHANGE {
            return Err(invalid("The audience claim value is invalid for current resource."));
        }
        let tenant = world.tenants.iter().find(|tenant| tenant.id == claims.tid);
        let tenant = tenant.ok_or_else(|| invalid("The tenant is unknown."))?;
        if !tenant.token_stands(claims.number) {
            return Err(rejected(2_000_002, "invalid_lifetime", "The token has expired."));
        }
        let application = tenant
            .application(&claims.appid)
            .ok_or_else(|| invalid("The application of the token is not known in the tenant."))?;
        let granted = ["full_access_as_app", "Application EWS.AccessAsApp"];
        if !claims.roles.iter().any(|role| granted.contains(&role.as_str())) {
            return Err(rejected(
                2_000_008,
                "invalid_grant",
                "The token contains not enough scope to make this call.",
            ));
        }
        Ok(Self { tenant, application })
    }
}
