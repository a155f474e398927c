//! Everything a running simulator holds.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::control::Counters;
use crate::faults::Faults;
use crate::token::{ClientCertificate, SigningKeys};

use super::account::Account;
use super::gate::Budget;

/// The whole simulated cloud.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) keys: SigningKeys,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    /// Whether the listener speaks TLS.
    pub(crate) tls: bool,
    settings: Mutex<Settings>,
}

/// A running tenant.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) id: Uuid,
    pub(crate) domains: Vec<String>,
    pub(crate) applications: Vec<Application>,
    pub(crate) accounts: Vec<Arc<Account>>,
    ews: AtomicBool,
    allowed: Mutex<Option<Vec<Uuid>>>,
    tokens_from: AtomicI64,
}

/// A registered application.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) client_id: Uuid,
    pub(crate) secret: Option<String>,
    pub(crate) certificates: Vec<ClientCertificate>,
    pub(crate) roles: Vec<String>,
    pub(crate) scope: Option<Vec<String>>,
}

/// What can be set while the simulator runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Seconds an access token is good for.
    pub(crate) token_lifetime_seconds: u64,
    /// Most bytes of a request body; Exchange Server's default
    /// ([ED uploaditems-operation.md]).
    pub(crate) max_request_bytes: u64,
    /// Status for request bodies without a length, if such are refused; 0 cuts the connection.
    pub(crate) refuse_chunked: Option<u16>,
    /// Requests at once per application and mailbox ([ED ews-throttling-in-exchange.md]).
    pub(crate) max_concurrency: u32,
    /// Server-time budget per application and mailbox; `None` is no limit.
    pub(crate) budget: Option<Budget>,
    /// Whether answers are compressed for clients that ask.
    pub(crate) compress: bool,
}

impl Settings {
    /// A `refuse_chunked` that is no status.
    pub(crate) const CUT: u16 = 0;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_lifetime_seconds: 3599,
            max_request_bytes: 67_108_864,
            refuse_chunked: None,
            max_concurrency: 27,
            budget: None,
            compress: true,
        }
    }
}

impl World {
    pub(crate) fn new(tenants: Vec<Tenant>, keys: SigningKeys, tls: bool) -> Self {
        Self {
            tenants,
            keys,
            faults: Faults::default(),
            counters: Counters::default(),
            tls,
            settings: Mutex::default(),
        }
    }

    /// The settings as they are now.
    pub(crate) fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    /// Replaces the settings.
    pub(crate) fn set_settings(&self, settings: Settings) {
        *lock(&self.settings) = settings;
    }

    /// The tenant of an id or of one of its domains.
    pub(crate) fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| {
            Uuid::try_parse(name).is_ok_and(|id| id == tenant.id)
                || tenant.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name))
        })
    }

    /// The mailbox of an address, in whatever tenant.
    pub(crate) fn account(&self, address: &str) -> Option<&Arc<Account>> {
        self.tenants.iter().find_map(|tenant| tenant.account(address))
    }
}

impl Tenant {
    pub(crate) fn new(
        id: Uuid,
        domains: Vec<String>,
        applications: Vec<Application>,
        accounts: Vec<Arc<Account>>,
    ) -> Self {
        Self {
            id,
            domains,
            applications,
            accounts,
            ews: AtomicBool::new(true),
            allowed: Mutex::default(),
            tokens_from: AtomicI64::new(i64::MIN),
        }
    }

    /// The mailbox of an address.
    pub(crate) fn account(&self, address: &str) -> Option<&Arc<Account>> {
        self.accounts.iter().find(|account| account.address.eq_ignore_ascii_case(address))
    }

    /// The application of an id.
    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        let id = Uuid::try_parse(client_id).ok()?;
        self.applications.iter().find(|application| application.client_id == id)
    }

    /// Whether the tenant lets this application use EWS: `EwsEnabled` and `EwsAllowedAppIDs`
    /// ([PS Set-OrganizationConfig.md]).
    pub(crate) fn ews_allowed(&self, application: Uuid) -> bool {
        self.ews.load(Ordering::Relaxed)
            && lock(&self.allowed).as_ref().is_none_or(|ids| ids.contains(&application))
    }

    /// Sets `EwsEnabled` and, if given, `EwsAllowedAppIDs`.
    pub(crate) fn set_ews(&self, enabled: bool, allowed: Option<Vec<Uuid>>) {
        self.ews.store(enabled, Ordering::Relaxed);
        *lock(&self.allowed) = allowed;
    }

    /// Refuses all tokens whose number is below this.
    pub(crate) fn revoke_tokens_below(&self, number: i64) {
        self.tokens_from.store(number, Ordering::Relaxed);
    }

    /// Whether a token of this number is still good.
    pub(crate) fn token_stands(&self, number: i64) -> bool {
        number >= self.tokens_from.load(Ordering::Relaxed)
    }
}

/// Locks; a panic elsewhere does not make the data useless for a simulator.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
