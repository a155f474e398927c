//! The stage: two simulated tenants, a data folder and a project file that pairs them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use longhaul_core::code;
use longhaul_simulator::{Content, Running, Simulator};
use serde::Deserialize;
use tempfile::TempDir;

use super::Options;
use crate::cli::{Failure, remark};

/// Name of the project.
pub(super) const PROJECT: &str = "demo";

/// Whether there is an `.eml` file in a folder or its subfolders.
fn holds_mail(folder: &Path) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_mail = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"));
        if is_mail || (path.is_dir() && holds_mail(&path).unwrap_or(false)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the simulator says about itself.
#[derive(Deserialize)]
struct Description {
    base_url: String,
    tenants: Vec<Tenant>,
}

#[derive(Deserialize)]
struct Tenant {
    tenant_id: String,
    client_id: String,
    client_secret: String,
    ews_url: String,
    mailboxes: Vec<String>,
}

/// Two tenants that answer, and a folder with a project file about them.
pub(super) struct Stage {
    pub(super) tenants: Running,
    folder: TempDir,
}

impl Stage {
    /// Fills the source tenant, and writes the project file.
    pub(super) async fn set(options: &Options) -> Result<Self, Failure> {
        let simulator = match &options.seed_dir {
            Some(files) => {
                if !holds_mail(files).unwrap_or(false) {
                    let text =
                        format!("{} holds no .eml file that can be reached", files.display());
                    let next = "name a folder with .eml files";
                    return Err(Failure::with_next(code::FILE_UNREADABLE, text, next));
                }
                Simulator::builder().pair(1, |_| Content::Files(files.clone()))
            }
            None => {
                Simulator::builder().demo_tenants(options.seed, options.mailboxes, options.items)
            }
        };
        let tenants = simulator.start("127.0.0.1:0", false).await.map_err(|error| {
            let text = format!("the simulated tenants cannot be started: {error}");
            Failure::with_next(code::FILE_UNREADABLE, text, "check the folder, then try again")
        })?;
        if options.seed_dir.is_some() {
            let seeding = tenants.seeding();
            remark(format!("{} .eml files stand in the source", seeding.seeded));
            for (file, reason) in &seeding.unreadable {
                remark(format!("not read: {}: {reason}", file.display()));
            }
        }
        let folder =
            tempfile::Builder::new().prefix("longhaul-demo-").tempdir().map_err(|error| {
                Failure::new(code::STORE_NOT_WRITABLE, format!("no temporary folder: {error}"))
            })?;
        let stage = Self { tenants, folder };
        stage.write_project().map_err(|error| {
            Failure::new(code::STORE_NOT_WRITABLE, format!("no project file: {error}"))
        })?;
        Ok(stage)
    }

    /// The data folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The project file.
    pub(super) fn project_file(&self) -> PathBuf {
        self.folder().join("project.yaml")
    }

    fn write_project(&self) -> anyhow::Result<()> {
        let description: Description = serde_json::from_value(self.tenants.description())?;
        let mut text = format!("name: {PROJECT}\nconfirm: Confirm\n");
        for (side, tenant) in ["source", "destination"].iter().zip(&description.tenants) {
            let secret = format!("{side}.secret");
            fs::write(self.folder().join(&secret), &tenant.client_secret)?;
            write!(
                text,
                "{side}:\n  tenant_id: {}\n  client_id: {}\n  client_secret: file:{secret}\n  \
                 authority: {}\n  ews_url: {}\n",
                tenant.tenant_id, tenant.client_id, description.base_url, tenant.ews_url,
            )?;
        }
        text.push_str("mailboxes:\n");
        if let [source, destination] = description.tenants.as_slice() {
            for (from, to) in source.mailboxes.iter().zip(&destination.mailboxes) {
                writeln!(text, "  - {{source: {from}, destination: {to}}}")?;
            }
        }
        fs::write(self.project_file(), text)?;
        Ok(())
    }

    /// Takes the tenants down. Returns the folder if it is to be kept.
    pub(super) async fn clear(self, keep: bool) -> Option<PathBuf> {
        self.tenants.shutdown().await;
        keep.then(|| self.folder.keep())
    }
}
