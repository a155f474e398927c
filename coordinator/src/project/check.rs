//! The rules a project must keep, whoever wrote it down.

use std::collections::HashMap;
use std::net::IpAddr;

use longhaul_core::{Code, code};
use longhaul_identity::SecretRef;
use url::{Host, Url};
use uuid::Uuid;

use super::Mistake;
use super::spec::{CONFIRM, Endpoint, Pair, Spec};

/// Names longer than this do not fit a table.
const MAX_NAME: usize = 100;

impl Spec {
    /// Everything that is wrong with it; nothing if it can be submitted.
    #[must_use]
    pub fn check(&self) -> Vec<Mistake> {
        self.check_naming(|index| format!("mailboxes[{index}]"))
    }

    /// Like [`Spec::check`]; `name_of` says where a mailbox stands, for mistakes about two.
    pub(super) fn check_naming(&self, name_of: impl Fn(usize) -> String) -> Vec<Mistake> {
        let mut found = Found::default();
        found.name("name", &self.name);
        if let Some(customer) = &self.customer {
            found.name("customer", customer);
        }
        if self.confirm != CONFIRM {
            found.push("confirm", code::NOT_CONFIRMED, NOT_CONFIRMED);
        }
        found.endpoint("source", &self.source);
        found.endpoint("destination", &self.destination);
        if !(1..=10).contains(&self.options.mailbox_requests) {
            // Source of the upper bound: Microsoft: "EWS throttling in Exchange".
            found.push("options.mailbox_requests", code::BAD_VALUE, "not a number from 1 to 10");
        }
        if self.mailboxes.is_empty() {
            found.push("mailboxes", code::MISSING_KEY, NO_MAILBOXES);
        }
        for (index, pair) in self.mailboxes.iter().enumerate() {
            found.pair(index, pair);
        }
        found.repeated("source", self.mailboxes.iter().map(|pair| &pair.source), &name_of);
        found.repeated(
            "destination",
            self.mailboxes.iter().map(|pair| &pair.destination),
            &name_of,
        );
        found.0
    }
}

const NOT_CONFIRMED: &str = "coexistence is not confirmed: write `confirm: Confirm` once it is \
     agreed that both tenants stay in use and the source is only read";
const NO_MAILBOXES: &str =
    "no mailboxes: list pairs of addresses here, or name a CSV file with `mailboxes_csv`";
const BAD_ADDRESS: &str = "not a mail address such as `user@contoso.com`";
const NO_CREDENTIAL: &str =
    "no credential: set `client_secret` or `certificate` to `env:NAME` or `file:PATH`";

#[derive(Default)]
struct Found(Vec<Mistake>);

impl Found {
    fn push(&mut self, key: impl Into<String>, code: Code, text: impl Into<String>) {
        self.0.push(Mistake::new(key, code, text));
    }

    fn name(&mut self, key: &str, name: &str) {
        if let Some(text) = wrong_with_name(name) {
            self.push(key, code::BAD_VALUE, text);
        }
    }

    fn endpoint(&mut self, side: &str, endpoint: &Endpoint) {
        for (key, id) in [("tenant_id", &endpoint.tenant_id), ("client_id", &endpoint.client_id)] {
            if !is_guid(id) {
                let text = "not a GUID such as `72f988bf-86f1-41af-91ab-2d7cd011db47`";
                self.push(format!("{side}.{key}"), code::BAD_VALUE, text);
            }
        }
        match (&endpoint.client_secret, &endpoint.certificate) {
            (None, None) => self.push(side, code::MISSING_KEY, NO_CREDENTIAL),
            (Some(_), Some(_)) => {
                let text = "`client_secret` and `certificate` are both set; one is enough";
                self.push(format!("{side}.certificate"), code::BAD_VALUE, text);
            }
            _ => {}
        }
        let references =
            [("client_secret", &endpoint.client_secret), ("certificate", &endpoint.certificate)];
        for (key, reference) in references {
            if matches!(reference, Some(SecretRef::File(path)) if !path.is_absolute()) {
                let text = "not an absolute path: the server may run in another folder";
                self.push(format!("{side}.{key}"), code::BAD_VALUE, text);
            }
        }
        for (key, url) in [("authority", &endpoint.authority), ("ews_url", &endpoint.ews_url)] {
            if let Some(text) = wrong_with_url(url) {
                self.push(format!("{side}.{key}"), code::BAD_VALUE, text);
            }
        }
        if endpoint.ews_scope.trim().is_empty() {
            self.push(format!("{side}.ews_scope"), code::BAD_VALUE, "empty");
        }
        let pem = endpoint.ca_certificate.as_deref();
        if pem.is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
            let text = "not a PEM certificate (no `-----BEGIN CERTIFICATE-----` in it)";
            self.push(format!("{side}.ca_certificate"), code::BAD_VALUE, text);
        }
    }

    fn pair(&mut self, index: usize, pair: &Pair) {
        let key = |name: &str| format!("mailboxes[{index}].{name}");
        for (name, address) in [("source", &pair.source), ("destination", &pair.destination)] {
            if !is_address(address) {
                self.push(key(name), code::BAD_VALUE, BAD_ADDRESS);
            }
        }
        if is_address(&pair.source) && pair.source.eq_ignore_ascii_case(&pair.destination) {
            let text = "source and destination are the same address";
            self.push(key("destination"), code::BAD_VALUE, text);
        }
        if let Some(batch) = &pair.batch {
            self.name(&key("batch"), batch);
        }
    }

    /// Reports every address of one side that another mailbox has already.
    fn repeated<'a>(
        &mut self,
        side: &str,
        addresses: impl Iterator<Item = &'a String>,
        name_of: &impl Fn(usize) -> String,
    ) {
        let mut seen = HashMap::new();
        for (index, address) in addresses.enumerate() {
            if address.is_empty() {
                continue;
            }
            let first = *seen.entry(address.to_lowercase()).or_insert(index);
            if first != index {
                let text = format!("this {side} address is already that of {}", name_of(first));
                self.push(format!("mailboxes[{index}].{side}"), code::DUPLICATE_MAILBOX, text);
            }
        }
    }
}

fn wrong_with_name(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("empty".to_owned());
    }
    if name != name.trim() || name.chars().any(|c| c.is_control() || c == '/') {
        return Some("begins or ends with a space, or has a `/` or control character".to_owned());
    }
    let length = name.chars().count();
    (length > MAX_NAME).then(|| format!("{length} characters long; {MAX_NAME} are allowed"))
}

fn is_guid(text: &str) -> bool {
    // Braces, `urn:` and the form without hyphens are other lengths.
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// An SMTP address without the quoted forms, which Exchange Online does not accept either.
pub(super) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let local_fits = !local.is_empty() && local.len() <= 64 && local.chars().all(plain);
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_fits && domain.len() <= 255 && domain.contains('.') && domain.split('.').all(label_fits)
}

/// What is wrong with the address of an endpoint. It is not repeated: it may hold a password.
fn wrong_with_url(text: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else {
        return Some("not an address such as `https://login.microsoftonline.com`");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("an address must not hold a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("an address must not have a `?` or `#` part");
    }
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => None,
        ("http", Some(host)) if is_loopback(&host) => None,
        ("http", Some(_)) => {
            Some("`http` would show tokens and mail to the network; only `https` is accepted")
        }
        _ => Some("not an `https` address"),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
    }
}
