//! The simulated tenants, as a process of their own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::program;

/// A running `longhaul-simulator`.
#[derive(Debug)]
pub struct Simulator {
    process: Child,
    /// Its base URL.
    pub base_url: String,
    /// The certificate authority to trust, as PEM, if it serves HTTPS.
    pub ca_cert: Option<String>,
    /// The source tenant, then the destination tenant.
    pub tenants: Vec<Tenant>,
    http: reqwest::blocking::Client,
}

/// A simulated tenant, as the program describes it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tenant {
    /// Its id.
    pub tenant_id: String,
    /// Its domains.
    pub domains: Vec<String>,
    /// The id of its registered application.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// Its EWS endpoint.
    pub ews_url: String,
    /// Its token endpoint.
    pub token_url: String,
    /// The addresses of its mailboxes.
    pub mailboxes: Vec<String>,
}

#[derive(Deserialize)]
struct Description {
    base_url: String,
    ca_cert: Option<String>,
    tenants: Vec<Tenant>,
}

/// What the source tenant holds.
#[derive(Clone, Debug)]
pub struct Mailboxes {
    /// How many.
    pub count: u32,
    /// Items in each, about.
    pub items: u32,
    /// The seed.
    pub seed: u64,
    /// Whether they are reached over HTTPS.
    pub tls: bool,
    /// Further arguments of the program.
    pub more: Vec<String>,
}

impl Default for Mailboxes {
    fn default() -> Self {
        Self { count: 1, items: 200, seed: 1, tls: true, more: Vec::new() }
    }
}

impl Simulator {
    /// Starts one on a free port.
    ///
    /// # Errors
    ///
    /// If it does not come up.
    pub fn start(mailboxes: &Mailboxes) -> anyhow::Result<Self> {
        eprintln!("simulator seed {}", mailboxes.seed);
        let mut process = Command::new(program("longhaul-simulator")?)
            .args(["--listen", "127.0.0.1:0"])
            .args(mailboxes.tls.then_some("--tls"))
            .args(["--seed", &mailboxes.seed.to_string()])
            .args(["--mailboxes", &mailboxes.count.to_string()])
            .args(["--items", &mailboxes.items.to_string()])
            .args(&mailboxes.more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the simulator")?;
        let stdout = process.stdout.take().context("its output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let seen: Description =
            serde_json::from_str(&line).with_context(|| format!("not a description: {line}"))?;
        let mut http = reqwest::blocking::Client::builder().timeout(None);
        if let Some(pem) = &seen.ca_cert {
            http = http.tls_certs_merge([reqwest::Certificate::from_pem(pem.as_bytes())?]);
        }
        Ok(Self {
            process,
            base_url: seen.base_url,
            ca_cert: seen.ca_cert,
            tenants: seen.tenants,
            http: http.build()?,
        })
    }

    /// Calls the control API: `GET /_sim/{path}`.
    ///
    /// # Errors
    ///
    /// If it does not answer with JSON.
    pub fn look(&self, path: &str) -> anyhow::Result<serde_json::Value> {
        let answer = self.http.get(format!("{}/_sim/{path}", self.base_url)).send()?;
        Ok(answer.error_for_status()?.json()?)
    }

    /// The sum of a counter (`calls`, `items`) of an operation over all mailboxes.
    ///
    /// # Errors
    ///
    /// If the simulator does not answer.
    pub fn counted(&self, counter: &str, operation: &str) -> anyhow::Result<u64> {
        let counters = self.look("counters")?;
        let calls = counters["calls"].as_array().context("calls")?;
        let of_operation = calls.iter().filter(|call| call["operation"] == operation);
        Ok(of_operation.filter_map(|call| call[counter].as_u64()).sum())
    }

    /// Calls the control API: `POST /_sim/{path}`.
    ///
    /// # Errors
    ///
    /// If it refuses.
    pub fn act(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<serde_json::Value> {
        let request = self.http.post(format!("{}/_sim/{path}", self.base_url)).json(body);
        let answer = request.send()?;
        let status = answer.status();
        let text = answer.text()?;
        anyhow::ensure!(status.is_success(), "{path}: {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Changes settings of the running simulator.
    ///
    /// # Errors
    ///
    /// If it refuses.
    pub fn set(&self, settings: &serde_json::Value) -> anyhow::Result<()> {
        let request = self.http.patch(format!("{}/_sim/settings", self.base_url)).json(settings);
        request.send()?.error_for_status()?;
        Ok(())
    }

    /// Takes an injected fault away.
    ///
    /// # Errors
    ///
    /// If it refuses.
    pub fn clear_fault(&self, id: u64) -> anyhow::Result<()> {
        let url = format!("{}/_sim/faults/{id}", self.base_url);
        self.http.delete(url).send()?.error_for_status()?;
        Ok(())
    }

    /// Takes all injected faults away.
    ///
    /// # Errors
    ///
    /// If it refuses.
    pub fn clear_faults(&self) -> anyhow::Result<()> {
        self.http.delete(format!("{}/_sim/faults", self.base_url)).send()?.error_for_status()?;
        Ok(())
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The source tenant.
    #[must_use]
    pub fn source(&self) -> &Tenant {
        &self.tenants[0]
    }

    /// The destination tenant.
    #[must_use]
    pub fn destination(&self) -> &Tenant {
        &self.tenants[1]
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
