//! Where queue and store are, and how they are reached.

use std::fmt;
use std::path::{Path, PathBuf};

use longhaul_core::{Code, code};
use longhaul_identity::{Secret, SecretRef};
use url::Url;

use crate::{Reader, Table};

const KEYS: &[&str] = &["url", "prefix", "ca", "certificate", "key"];
const STORE_KEYS: &[&str] = &["url", "prefix", "ca", "certificate", "key", "allow_unsafe"];

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The job queue: `amqp://` or `amqps://`.
    Queue,
    /// The store: `redis://` or `rediss://`.
    Store,
}

impl Kind {
    /// Its name in the settings.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Store => "store",
        }
    }

    const fn schemes(self) -> [&'static str; 2] {
        match self {
            Self::Queue => ["amqp", "amqps"],
            Self::Store => ["redis", "rediss"],
        }
    }
}

/// The address of queue or store. It may hold a password, so it prints without one.
#[derive(Clone)]
pub enum BackendUrl {
    /// In the process itself.
    Embedded,
    /// In a process of its own.
    Server(Secret),
}

impl BackendUrl {
    /// Reads an address: `embedded`, a URL, or where a URL stands (`env:NAME`, `file:PATH`, whose
    /// relative path begins at `folder`).
    ///
    /// # Errors
    ///
    /// A code and a fragment, which never repeats the text: it may hold a password.
    pub fn read(text: &str, kind: Kind, folder: &Path) -> Result<Self, (Code, String)> {
        match text.parse::<SecretRef>() {
            Ok(SecretRef::File(file)) => {
                SecretRef::File(folder.join(file)).resolve().map_err(unreadable)
            }
            Ok(reference) => reference.resolve().map_err(unreadable),
            Err(_) => Ok(Secret::new(text.to_owned())),
        }
        .and_then(|secret| Self::parse(&secret, kind).map_err(|wrong| (code::BAD_VALUE, wrong)))
    }

    fn parse(text: &Secret, kind: Kind) -> Result<Self, String> {
        if text.expose() == "embedded" {
            return Ok(Self::Embedded);
        }
        let [plain, secured] = kind.schemes();
        let url = Url::parse(text.expose()).ok();
        let known = url.filter(|url| [plain, secured].contains(&url.scheme()) && url.has_host());
        match known {
            Some(_) => Ok(Self::Server(text.clone())),
            None => Err(format!(
                "not `embedded`, nor a URL such as `{plain}://user:password@host` or \
                 `{secured}://…`; in a password, characters such as `/`, `#` and `@` are written \
                 as %2F, %23 and %40"
            )),
        }
    }

    /// Whether it is in the process itself.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded)
    }

    /// The whole address, with its password. Keep it out of logs and errors.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Embedded => "embedded",
            Self::Server(url) => url.expose(),
        }
    }
}

fn unreadable(error: longhaul_identity::Error) -> (Code, String) {
    (error.code(), error.to_string())
}

/// Scheme, host and port.
impl fmt::Display for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(url) = Url::parse(self.expose()) else {
            return f.write_str("embedded");
        };
        write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
        url.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Queue or store.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Where it is.
    pub url: BackendUrl,
    /// What the names of everything of ours in it begin with; the backend's own default if none.
    pub prefix: Option<String>,
    /// A PEM file with the authorities to trust.
    pub ca: Option<PathBuf>,
    /// A PEM file with our certificate and its chain; there is a key then.
    pub certificate: Option<PathBuf>,
    /// A PEM file with our certificate's private key.
    pub key: Option<PathBuf>,
    /// Of the store: whether one is taken that may lose what it has acknowledged.
    pub allow_unsafe: bool,
}

impl Default for Backend {
    fn default() -> Self {
        Self {
            url: BackendUrl::Embedded,
            prefix: None,
            ca: None,
            certificate: None,
            key: None,
            allow_unsafe: false,
        }
    }
}

impl Backend {
    /// Reads the table of a backend.
    pub(crate) fn read(reader: &mut Reader<'_>, root: &mut Table, kind: Kind) -> Self {
        let path = kind.key();
        let Some(value) = reader.take(root, "", path) else {
            return Self::default();
        };
        let known = if kind == Kind::Store { STORE_KEYS } else { KEYS };
        let mut table = reader.table(path, value, known).unwrap_or_default();
        let folder = reader.folder;
        let url = reader.text(&mut table, path, "url").and_then(|text| {
            BackendUrl::read(&text, kind, folder)
                .map_err(|(code, wrong)| reader.report(&format!("{path}.url"), code, &wrong))
                .ok()
        });
        let ca = reader.readable(&mut table, path, "ca");
        let certificate = reader.readable(&mut table, path, "certificate");
        let key = reader.readable(&mut table, path, "key");
        let prefix = reader.parsed(&mut table, path, "prefix", prefix);
        let allow_unsafe = reader.flag(&mut table, path, "allow_unsafe").unwrap_or_default();
        if certificate.is_some() != key.is_some() && reader.mistakes.is_empty() {
            let (missing, given) =
                if key.is_none() { ("key", "certificate") } else { ("certificate", "key") };
            let text = format!("missing: `{given}` needs it");
            reader.report(&format!("{path}.{missing}"), code::MISSING_KEY, &text);
        }
        let url = url.unwrap_or(BackendUrl::Embedded);
        let secured = url.expose().starts_with(kind.schemes()[1]);
        if (ca.is_some() || certificate.is_some()) && !secured && reader.mistakes.is_empty() {
            let text = format!("the URL has to begin with `{}://`", kind.schemes()[1]);
            reader.bad(&format!("{path}.url"), &text);
        }
        Self { url, prefix, ca, certificate, key, allow_unsafe }
    }
}

fn prefix(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-:".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(allowed) {
        return Err("not up to 64 letters, digits, `.`, `_`, `-` or `:`".to_owned());
    }
    Ok(text.to_owned())
}
