//! A project file for a simulator's two tenants.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::Simulator;

/// A project file that has not been written yet; tests break it before they write it.
#[derive(Clone, Debug)]
pub struct ProjectFile {
    /// Its text, YAML.
    pub text: String,
}

impl ProjectFile {
    /// Pairs every source mailbox with the destination mailbox of the same place in the list.
    /// Secrets and the certificate authority are written beside it.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn for_simulator(simulator: &Simulator, folder: &Path) -> anyhow::Result<Self> {
        let mut text = String::from("name: contoso\nconfirm: Confirm\n");
        for (side, tenant) in
            [("source", simulator.source()), ("destination", simulator.destination())]
        {
            let secret = format!("{side}.secret");
            std::fs::write(folder.join(&secret), &tenant.client_secret)?;
            let tenant_id = &tenant.tenant_id;
            let authority = tenant.token_url.split(tenant_id).next().context("token url")?;
            text += &format!(
                "{side}:\n  tenant_id: {tenant_id}\n  client_id: {}\n  client_secret: file:{}\n  \
                 authority: {authority}\n  ews_url: {}\n",
                tenant.client_id,
                folder.join(&secret).display(),
                tenant.ews_url,
            );
            if let Some(pem) = &simulator.ca_cert {
                std::fs::write(folder.join("ca.pem"), pem)?;
                text += "  ca_certificate: ca.pem\n";
            }
        }
        text += "mailboxes:\n";
        let destinations = &simulator.destination().mailboxes;
        for (source, destination) in simulator.source().mailboxes.iter().zip(destinations) {
            text += &format!("  - source: {source}\n    destination: {destination}\n");
        }
        Ok(Self { text })
    }

    /// Replaces a piece of the text.
    #[must_use]
    pub fn with(mut self, old: &str, new: &str) -> Self {
        assert!(self.text.contains(old), "the project file has no {old:?}");
        self.text = self.text.replace(old, new);
        self
    }

    /// Writes it as `project.yaml`.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let path = folder.join("project.yaml");
        std::fs::write(&path, &self.text)?;
        Ok(path)
    }
}
