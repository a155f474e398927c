//! What a simulator is asked to hold. Plain data, readable from a file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Default of [`MailboxSpecification::max_item_size`]: 150 MB, the most Exchange Online lets an
/// administrator set ([PS Set-Mailbox.md]).
pub(crate) const LARGEST_ITEM: u64 = 150 * 1024 * 1024;

/// A tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantSpecification {
    /// Directory id; left out, it follows from the first domain.
    #[serde(default)]
    pub tenant_id: Option<Uuid>,
    /// Accepted domains, all below `.test` or `.example`.
    pub domains: Vec<String>,
    /// Language of the well-known folders' names of its mailboxes, such as `de-DE`.
    #[serde(default = "english")]
    pub locale: String,
    /// Registered applications; left out, there is one with a secret.
    #[serde(default)]
    pub applications: Vec<ApplicationSpecification>,
    /// Mailboxes.
    #[serde(default)]
    pub mailboxes: Vec<MailboxSpecification>,
}

/// An application registration with consented application permissions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationSpecification {
    /// Application (client) id.
    pub client_id: Uuid,
    /// Secret, if it has one.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Certificates in PEM.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// Application roles in its tokens.
    #[serde(default = "full_access")]
    pub roles: Vec<String>,
    /// Addresses it may impersonate; `None` is all of the tenant.
    #[serde(default)]
    pub scope: Option<Vec<String>>,
}

/// A mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxSpecification {
    /// Primary SMTP address, in one of the tenant's domains.
    pub address: String,
    /// What is in it at start.
    #[serde(default)]
    pub content: Content,
    /// Language of its folders, if another than the tenant's.
    #[serde(default)]
    pub locale: Option<String>,
    /// Whether it has an archive.
    #[serde(default)]
    pub archive: bool,
    /// Most bytes of all items together; `None` is no limit.
    #[serde(default)]
    pub quota: Option<u64>,
    /// Most bytes of one imported item.
    #[serde(default = "largest_item")]
    pub max_item_size: u64,
}

/// Content of a mailbox at start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Default folders only.
    #[default]
    Empty,
    /// Made from a seed: the same seed, profile and number make the same mailbox.
    Generated {
        /// `demo`, `small` or `bulk`.
        profile: String,
        /// About this many items.
        items: u64,
        /// Seed.
        seed: u64,
    },
    /// The `.eml` files of a folder.
    Files(PathBuf),
}

/// A specification cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum SpecificationError {
    /// A name that could be a real one.
    #[error("domain {0:?} is not below .test or .example")]
    RealName(String),
    /// A mailbox outside its tenant's domains.
    #[error("mailbox address {0:?} is in none of the tenant's domains")]
    ForeignAddress(String),
    /// Two of the same.
    #[error("{0} exists twice")]
    Twice(String),
    /// A tenant without a domain.
    #[error("a tenant has no domain")]
    NoDomain,
    /// No generator of that name.
    #[error("unknown profile {0:?}")]
    Profile(String),
    /// A seed folder or one of its files.
    #[error("cannot seed a mailbox from {path:?}: {reason}")]
    Seed {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// A generated mailbox that does not fit itself.
    #[error("cannot generate a mailbox: {0}")]
    Generate(String),
    /// A certificate that is none.
    #[error("an application's certificate cannot be read")]
    Certificate,
}

impl TenantSpecification {
    /// A tenant of one domain with one application that has a secret, and no mailboxes.
    pub fn of_domain(domain: &str, locale: &str) -> Self {
        Self {
            tenant_id: None,
            domains: vec![domain.to_owned()],
            locale: locale.to_owned(),
            applications: Vec::new(),
            mailboxes: Vec::new(),
        }
    }

    /// Adds a mailbox.
    #[must_use]
    pub fn mailbox(mut self, mailbox: MailboxSpecification) -> Self {
        self.mailboxes.push(mailbox);
        self
    }

    /// Adds an application; the one made by default is then left out.
    #[must_use]
    pub fn application(mut self, application: ApplicationSpecification) -> Self {
        self.applications.push(application);
        self
    }

    /// Checks names and addresses.
    pub(crate) fn check(&self) -> Result<(), SpecificationError> {
        if self.domains.is_empty() {
            return Err(SpecificationError::NoDomain);
        }
        if let Some(domain) = self.domains.iter().find(|domain| !is_reserved(domain)) {
            return Err(SpecificationError::RealName(domain.clone()));
        }
        for mailbox in &self.mailboxes {
            let domain = mailbox.address.rsplit_once('@').map(|(_, domain)| domain);
            let known = domain.is_some_and(|domain| {
                self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
            });
            if !known {
                return Err(SpecificationError::ForeignAddress(mailbox.address.clone()));
            }
        }
        Ok(())
    }
}

impl ApplicationSpecification {
    /// An application with a secret and full access.
    pub fn with_secret(client_id: Uuid, secret: &str) -> Self {
        Self {
            client_id,
            client_secret: Some(secret.to_owned()),
            certificates: Vec::new(),
            roles: full_access(),
            scope: None,
        }
    }
}

impl MailboxSpecification {
    /// An empty mailbox.
    pub fn empty(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            content: Content::Empty,
            locale: None,
            archive: false,
            quota: None,
            max_item_size: LARGEST_ITEM,
        }
    }

    /// A mailbox with content.
    pub fn holding(address: &str, content: Content) -> Self {
        Self { content, ..Self::empty(address) }
    }
}

/// The directory id that follows from a domain.
pub(crate) fn tenant_id_of(domain: &str) -> Uuid {
    derived("tenant", domain)
}

/// The client id of a tenant's default application.
pub(crate) fn client_id_of(domain: &str) -> Uuid {
    derived("application", domain)
}

/// A GUID that follows from its use and a name.
pub(crate) fn derived(using: &str, name: &str) -> Uuid {
    let digest = Sha256::digest(format!("{using}:{}", name.to_lowercase()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    let label = domain.rsplit('.').next().unwrap_or_default();
    let characters = domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    characters
        && domain.contains('.')
        && !domain.starts_with('.')
        && matches!(label, "test" | "example")
}

fn english() -> String {
    "en-US".to_owned()
}

fn full_access() -> Vec<String> {
    vec!["full_access_as_app".to_owned()]
}

fn largest_item() -> u64 {
    LARGEST_ITEM
}
