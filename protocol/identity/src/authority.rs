//! Which authority, and which tenant of it, grants the tokens.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Error;

/// The worldwide cloud's authority.
/// Source: Microsoft: "OAuth 2.0 client credentials flow on the Microsoft identity platform".
const WORLDWIDE: &str = "https://login.microsoftonline.com";

/// A tenant and the authority that knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Address of the authority.
    #[serde(default = "worldwide")]
    pub base: Url,
    /// Directory (tenant) id, a GUID, or a verified domain of the tenant.
    pub tenant_id: String,
}

#[expect(clippy::expect_used, reason = "the text is a constant, and a test parses it")]
fn worldwide() -> Url {
    Url::parse(WORLDWIDE).expect("a constant address")
}

impl Authority {
    /// The tenant in the worldwide cloud.
    #[must_use]
    pub fn worldwide(tenant_id: impl Into<String>) -> Self {
        Self { base: worldwide(), tenant_id: tenant_id.into() }
    }

    /// Where tokens are asked for.
    ///
    /// # Errors
    ///
    /// [`Error::TenantUnknown`] if the tenant id cannot stand in an address,
    /// [`Error::AuthorityUnreachable`] if the base address cannot have a path.
    pub(crate) fn token_url(&self) -> Result<Url, Error> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if self.tenant_id.is_empty() || !self.tenant_id.chars().all(fits) {
            return Err(Error::TenantUnknown { aadsts: None, trace_id: None });
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Error::unreachable("its address cannot have a path"))?
            .pop_if_empty()
            .extend([self.tenant_id.as_str(), "oauth2", "v2.0", "token"]);
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_defaults_to_the_worldwide_cloud() {
        let authority: Authority =
            serde_json::from_str(r#"{"tenant_id":"contoso.com"}"#).expect("base may be left out");
        assert_eq!(authority, Authority::worldwide("contoso.com"));
        assert_eq!(
            authority.token_url().expect("valid").as_str(),
            "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
        );
    }

    #[test]
    fn a_tenant_id_cannot_change_the_path() {
        for tenant in ["", "../common", "a/b", "a?b", "a b"] {
            Authority::worldwide(tenant).token_url().expect_err(tenant);
        }
    }
}
