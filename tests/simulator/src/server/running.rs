//! A simulator that listens.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::seed::Report;
use crate::tenant::World;

/// A running simulator; dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    pub(crate) world: Arc<World>,
    pub(crate) address: SocketAddr,
    pub(crate) authority_pem: Option<String>,
    pub(crate) stop: CancellationToken,
    pub(crate) task: Option<JoinHandle<()>>,
}

impl Running {
    /// Scheme, host and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        match self.authority_pem {
            Some(_) => format!("https://{}", self.address),
            None => format!("http://{}", self.address),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// PEM of the authority that signed the server's certificate, with TLS.
    pub fn ca_cert_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// What a client needs to know, as one JSON object: base URL, authority, and per tenant id,
    /// domains, client id and secret, EWS and token URLs, mailbox addresses.
    pub fn description(&self) -> Value {
        let base = self.base_url();
        let tenants: Vec<_> = self
            .world
            .tenants
            .iter()
            .map(|tenant| {
                let application = tenant.applications.first();
                json!({
                    "tenant_id": tenant.id,
                    "domains": tenant.domains,
                    "client_id": application.map(|application| application.client_id),
                    "client_secret": application.and_then(|application| application.secret.clone()),
                    "ews_url": format!("{base}/EWS/Exchange.asmx"),
                    "token_url": format!("{base}/{}/oauth2/v2.0/token", tenant.id),
                    "mailboxes":
                        tenant.accounts.iter().map(|account| &account.address).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({ "base_url": base, "ca_cert": self.authority_pem, "tenants": tenants })
    }

    /// What became of the seed files of all mailboxes together.
    pub fn seeding(&self) -> Report {
        let accounts = self.world.tenants.iter().flat_map(|tenant| &tenant.accounts);
        accounts.fold(Report::default(), |mut all, account| {
            all.seeded += account.seeding.seeded;
            all.unreadable.extend(account.seeding.unreadable.iter().cloned());
            all
        })
    }

    /// Adds a fault rule (the JSON of `POST /_sim/faults`); its id.
    ///
    /// # Errors
    /// If the JSON is no rule.
    pub fn inject(&self, rule: Value) -> Result<u64, serde_json::Error> {
        Ok(self.world.faults.add(serde_json::from_value(rule)?))
    }

    /// Takes all fault rules away.
    pub fn clear_faults(&self) {
        self.world.faults.clear(None);
    }

    /// The counters (the JSON of `GET /_sim/counters`).
    pub fn counters(&self) -> Value {
        self.world.counters.list()
    }

    /// Stops: no new connections, running requests get a few seconds.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            // A panic in the listener has been reported by then.
            let _ = task.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
