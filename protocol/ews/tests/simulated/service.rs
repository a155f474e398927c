//! The simulator's program, started for one test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use longhaul_core::{Side, SystemClock};
use longhaul_ews::{Client, Endpoint, Mailbox};
use longhaul_identity::{Authority, Credential, SecretRef, TokenSource, http_client};

pub(crate) struct Simulator {
    child: Child,
    description: serde_json::Value,
    secrets: tempfile::TempDir,
}

impl Simulator {
    /// Starts it; `None`, with a word on the way, if its program is not named.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("LONGHAUL_SIMULATOR") else {
            println!("skipped: LONGHAUL_SIMULATOR does not name the simulator's program");
            return None;
        };
        let mut child = Command::new(program)
            .args(["--mailboxes", "1", "--items", "120"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("its description");
        let description = serde_json::from_str(&line).expect("JSON");
        let secrets = tempfile::tempdir().expect("a folder");
        Some(Self { child, description, secrets })
    }

    /// The only mailbox of a tenant.
    pub(crate) fn mailbox(&self, tenant: usize) -> Mailbox {
        let smtp = self.text(tenant, "/mailboxes/0");
        self.address(tenant, &smtp)
    }

    pub(crate) fn address(&self, tenant: usize, smtp: &str) -> Mailbox {
        let secret = self.secrets.path().join(tenant.to_string());
        std::fs::write(&secret, self.text(tenant, "/client_secret")).expect("written");
        let http = http_client(None, "longhaul-test/0").expect("a client");
        let base = self.description["base_url"].as_str().expect("an address");
        let tokens = TokenSource::new(
            http.clone(),
            Authority {
                base: base.parse().expect("an address"),
                tenant_id: self.text(tenant, "/tenant_id"),
            },
            Credential::Secret {
                client_id: self.text(tenant, "/client_id"),
                secret: SecretRef::File(secret),
            },
            "https://outlook.office365.com/.default".into(),
            Arc::new(SystemClock),
        );
        let url = self.text(tenant, "/ews_url").parse().expect("an address");
        Client::new(Endpoint { url, http, tokens }).mailbox(Side::Source, smtp)
    }

    fn text(&self, tenant: usize, path: &str) -> String {
        let value = self.description.pointer(&format!("/tenants/{tenant}{path}"));
        value.and_then(|value| value.as_str()).expect(path).to_owned()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
