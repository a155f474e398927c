//! Putting a simulator together and starting it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::generate::{self, Profile};
use crate::mailbox::{Mailbox, Options};
use crate::mapi::Time;
use crate::seed;
use crate::server::{ListenError, Listener, Running, TlsError, TlsIdentity, router};
use crate::tenant::{
    Account, Application, ApplicationSpecification, Content, MailboxSpecification, Settings,
    SpecificationError, Tenant, TenantSpecification, World, client_id_of, derived, tenant_id_of,
};
use crate::token::{ClientCertificate, KeyError, SigningKeys};

/// A simulator cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What it was to hold.
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    /// Its address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Its certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Its token key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A simulator to be.
#[derive(Clone, Debug, Default)]
pub struct Simulator {
    tenants: Vec<TenantSpecification>,
    max_request_bytes: Option<u64>,
}

impl Simulator {
    /// Nothing yet.
    pub fn builder() -> Self {
        Self::default()
    }

    /// Adds a tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: TenantSpecification) -> Self {
        self.tenants.push(tenant);
        self
    }

    /// Most bytes of a request body, instead of Exchange Server's 67,108,864.
    #[must_use]
    pub fn max_request_bytes(mut self, bytes: u64) -> Self {
        self.max_request_bytes = Some(bytes);
        self
    }

    /// The two tenants of a migration: `source.test` with `mailboxes` generated mailboxes of the
    /// profile `demo` and about `items` items each, `destination.test` with as many empty ones
    /// whose folders have German names.
    #[must_use]
    pub fn demo_tenants(self, seed: u64, mailboxes: u32, items: u64) -> Self {
        let content = |number: u32| Content::Generated {
            profile: "demo".to_owned(),
            items,
            seed: seed.wrapping_add(u64::from(number - 1)),
        };
        self.pair(mailboxes, content)
    }

    /// As [`Simulator::demo_tenants`] with other content; mailboxes count from 1.
    #[must_use]
    pub fn pair(mut self, mailboxes: u32, content: impl Fn(u32) -> Content) -> Self {
        let mut source = TenantSpecification::of_domain("source.test", "en-US");
        let mut destination = TenantSpecification::of_domain("destination.test", "de-DE");
        for number in 1..=mailboxes {
            let name = format!("user{number}");
            let address = format!("{name}@source.test");
            source = source.mailbox(MailboxSpecification::holding(&address, content(number)));
            let address = format!("{name}@destination.test");
            destination = destination.mailbox(MailboxSpecification::empty(&address));
        }
        self.tenants.extend([source, destination]);
        self
    }

    /// Fills the mailboxes and listens on `listen` (`127.0.0.1:0` for any port), with TLS if asked.
    ///
    /// Blocks the thread while seeding; dropped before it ends, nothing is left.
    ///
    /// # Errors
    /// [`StartError`]; nothing listens then.
    pub async fn start(self, listen: &str, tls: bool) -> Result<Running, StartError> {
        let mut names = std::collections::BTreeSet::new();
        for tenant in &self.tenants {
            tenant.check()?;
            let addresses = tenant.mailboxes.iter().map(|mailbox| &mailbox.address);
            for name in tenant.domains.iter().chain(addresses) {
                if !names.insert(name.to_lowercase()) {
                    return Err(SpecificationError::Twice(name.clone()).into());
                }
            }
        }
        let listener = Listener::bind(listen).await?;
        let identity = if tls { Some(TlsIdentity::generate()?) } else { None };
        let tenants = self.tenants.iter().map(tenant).collect::<Result<_, _>>()?;
        let world = Arc::new(World::new(tenants, SigningKeys::generate()?, tls));
        if let Some(bytes) = self.max_request_bytes {
            world.set_settings(Settings { max_request_bytes: bytes, ..world.settings() });
        }
        let stop = CancellationToken::new();
        let address = listener.address;
        let (authority_pem, config) = match identity {
            Some(identity) => (Some(identity.authority_pem), Some(identity.config)),
            None => (None, None),
        };
        let serving = listener.serve(router(Arc::clone(&world)), config, stop.clone());
        let task = Some(tokio::spawn(serving));
        Ok(Running { world, address, authority_pem, stop, task })
    }
}

fn tenant(specification: &TenantSpecification) -> Result<Tenant, SpecificationError> {
    let domain = specification.domains.first().map_or("", String::as_str);
    let id = specification.tenant_id.unwrap_or_else(|| tenant_id_of(domain));
    let default = [default_application(domain)];
    let applications = match specification.applications.as_slice() {
        [] => &default,
        registered => registered,
    };
    let applications = applications.iter().map(application).collect::<Result<_, _>>()?;
    let accounts = specification
        .mailboxes
        .iter()
        .map(|mailbox| account(mailbox, &specification.locale))
        .collect::<Result<_, _>>()?;
    Ok(Tenant::new(id, specification.domains.clone(), applications, accounts))
}

fn default_application(domain: &str) -> ApplicationSpecification {
    let secret = URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("secret of {domain}"))[..24]);
    ApplicationSpecification::with_secret(client_id_of(domain), &secret)
}

fn application(
    specification: &ApplicationSpecification,
) -> Result<Application, SpecificationError> {
    let certificates =
        specification.certificates.iter().map(|pem| ClientCertificate::from_pem(pem));
    Ok(Application {
        client_id: specification.client_id,
        secret: specification.client_secret.clone(),
        certificates: certificates.collect::<Result<_, _>>()?,
        roles: specification.roles.clone(),
        scope: specification.scope.clone(),
    })
}

fn account(
    specification: &MailboxSpecification,
    locale: &str,
) -> Result<Arc<Account>, SpecificationError> {
    let mut mailbox = Mailbox::new(Options {
        guid: derived("mailbox", &specification.address),
        locale: specification.locale.clone().unwrap_or_else(|| locale.to_owned()),
        archive: specification.archive,
        quota: specification.quota,
        max_item_size: specification.max_item_size,
        clock: Arc::new(|| Time::from_timestamp(Timestamp::now())),
    });
    let mut seeding = seed::Report::default();
    match &specification.content {
        Content::Empty => {}
        Content::Generated { profile, items, seed } => {
            let unknown = || SpecificationError::Profile(profile.clone());
            let profile = Profile::named(profile, *items, *seed).ok_or_else(unknown)?;
            generate::fill(&mut mailbox, &profile)
                .map_err(|refusal| SpecificationError::Generate(refusal.to_string()))?;
        }
        Content::Files(path) => {
            let failed = |reason: String| SpecificationError::Seed { path: path.clone(), reason };
            seeding = seed::fill(&mut mailbox, path).map_err(|error| failed(error.to_string()))?;
        }
    }
    Ok(Arc::new(Account::new(&specification.address, mailbox, seeding)))
}
