//! Whose mailbox a request is about.
//!
//! App-only tokens must impersonate (GH ews-managed-api#245, exchangelib#735); only ConvertId
//! is answered without, as clients use it to learn the server's version.

use std::sync::Arc;

use crate::soap::fault::Fault;
use crate::soap::node::Node;
use crate::tenant::{Account, Application, Tenant};

/// The mailbox of the impersonation header; `None` if there is no header.
pub(super) fn impersonated<'a>(
    header: Option<&Node>,
    tenant: &'a Tenant,
    application: &Application,
) -> Result<Option<&'a Arc<Account>>, Fault> {
    let connecting = header
        .and_then(|header| header.child("ExchangeImpersonation"))
        .and_then(|impersonation| impersonation.child("ConnectingSID"))
        .and_then(|connecting| connecting.children.first());
    let Some(connecting) = connecting else {
        return Ok(None);
    };
    let name = connecting.text.trim();
    let account = match connecting.name.as_str() {
        "SID" => None,
        _ => tenant.account(name),
    };
    let account = account.ok_or_else(|| {
        Fault::new("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")
    })?;
    let in_scope = application.scope.as_ref().is_none_or(|scope| {
        scope.iter().any(|address| address.eq_ignore_ascii_case(&account.address))
    });
    if !in_scope {
        return Err(Fault::new(
            "ErrorImpersonateUserDenied",
            "The account does not have permission to impersonate the requested user.",
        ));
    }
    Ok(Some(account))
}

/// The fault for an app-only token without impersonation.
pub(super) fn required() -> Fault {
    Fault::new(
        "ErrorInvalidExchangeImpersonationHeaderData",
        "ExchangeImpersonation SOAP header must be present for this type of OAuth token.",
    )
}
