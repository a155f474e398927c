//! From a tree of values to a project: the shape of a project file.
//!
//! Every value is looked at, whatever is wrong with the others. A key that cannot be used is
//! reported once and stands empty in the result, which is then not used.

use std::path::Path;

use config::{Value, ValueKind};
use longhaul_core::code;
use longhaul_settings::{Lines, MAX_CSV, Reader, Table, read_bytes};

use super::load::ENV_PREFIX;
use super::spec::{Endpoint, Options, Pair, Spec, authority, ews_scope, ews_url};
use super::{Mistake, Place};

const PROJECT_KEYS: &[&str] = &[
    "name",
    "customer",
    "confirm",
    "source",
    "destination",
    "options",
    "mailboxes",
    "mailboxes_csv",
];
const ENDPOINT_KEYS: &[&str] = &[
    "tenant_id",
    "client_id",
    "client_secret",
    "certificate",
    "authority",
    "ews_url",
    "ews_scope",
    "ca_certificate",
];
const OPTION_KEYS: &[&str] =
    &["associated_items", "deletions", "mailbox_requests", "show_subjects", "error_budget"];
const PAIR_KEYS: &[&str] = &["source", "destination", "batch"];

/// The names operators know (B-04), and where they belong.
const ALIASES: [(&str, &str, &str); 4] = [
    ("ModernAuthClientIdExport", "source", "client_id"),
    ("ModernAuthTenantIdExport", "source", "tenant_id"),
    ("ModernAuthClientIdImport", "destination", "client_id"),
    ("ModernAuthTenantIdImport", "destination", "tenant_id"),
];

/// Reads one project file.
pub(super) struct ProjectReader<'a> {
    /// Its keys, and what was wrong with them.
    pub(super) keys: Reader<'a>,
    /// Where each mailbox of the result was read.
    pub(super) mailbox_places: Vec<Place>,
    /// Whether mailboxes were named that could not be read.
    pub(super) mailboxes_unread: bool,
}

impl<'a> ProjectReader<'a> {
    pub(super) fn new(file: &'a str, folder: &'a Path, lines: &'a Lines) -> Self {
        Self {
            keys: Reader::new(file, folder, lines, ENV_PREFIX),
            mailbox_places: Vec::new(),
            mailboxes_unread: false,
        }
    }

    /// The project that the tree describes, as far as it could be read.
    pub(super) fn project(&mut self, root: Table) -> Spec {
        let mut table = self.keys.known_keys("", root, PROJECT_KEYS, &ALIASES.map(|alias| alias.0));
        self.move_aliases(&mut table);
        let mailboxes = self.mailboxes(&mut table);
        Spec {
            name: self.keys.required(&mut table, "", "name"),
            customer: self.keys.text(&mut table, "", "customer"),
            confirm: self.keys.text(&mut table, "", "confirm").unwrap_or_default(),
            source: self.endpoint(&mut table, "source"),
            destination: self.endpoint(&mut table, "destination"),
            options: self.options(&mut table),
            mailboxes,
        }
    }

    fn move_aliases(&mut self, table: &mut Table) {
        for (alias, side, key) in ALIASES {
            let Some(name) = table.keys().find(|name| name.eq_ignore_ascii_case(alias)).cloned()
            else {
                continue;
            };
            let Some(value) = self.keys.take(table, "", &name) else {
                continue;
            };
            let place = self.keys.place(&name);
            let endpoint = table
                .entry(side.to_owned())
                .or_insert_with(|| Value::new(None, ValueKind::Table(config::Map::new())));
            let ValueKind::Table(endpoint) = &mut endpoint.kind else {
                continue;
            };
            if endpoint.contains_key(key) {
                let text = format!("`{side}.{key}` is set as well, and means the same");
                self.keys.mistakes.push(Mistake::new(name, code::BAD_VALUE, text).at(place));
            } else {
                endpoint.insert(key.to_owned(), value);
                self.keys.places.insert(format!("{side}.{key}"), place);
            }
        }
    }

    fn endpoint(&mut self, table: &mut Table, side: &str) -> Endpoint {
        let mut table = match self.keys.take(table, "", side) {
            Some(value) => self.keys.table(side, value, ENDPOINT_KEYS).unwrap_or_default(),
            None => {
                self.keys.report(side, code::MISSING_KEY, "missing: it names a tenant");
                Table::new()
            }
        };
        Endpoint {
            tenant_id: self.keys.required(&mut table, side, "tenant_id"),
            client_id: self.keys.required(&mut table, side, "client_id"),
            client_secret: self.keys.secret(&mut table, side, "client_secret"),
            certificate: self.keys.secret(&mut table, side, "certificate"),
            authority: self.keys.text(&mut table, side, "authority").unwrap_or_else(authority),
            ews_url: self.keys.text(&mut table, side, "ews_url").unwrap_or_else(ews_url),
            ews_scope: self.keys.text(&mut table, side, "ews_scope").unwrap_or_else(ews_scope),
            ca_certificate: self.keys.pem(&mut table, side, "ca_certificate"),
        }
    }

    fn options(&mut self, table: &mut Table) -> Options {
        let mut options = Options::default();
        let Some(value) = self.keys.take(table, "", "options") else {
            return options;
        };
        let mut table = self.keys.table("options", value, OPTION_KEYS).unwrap_or_default();
        for (key, option) in [
            ("associated_items", &mut options.associated_items),
            ("deletions", &mut options.deletions),
            ("show_subjects", &mut options.show_subjects),
        ] {
            if let Some(value) = self.keys.take(&mut table, "options", key) {
                match value.into_bool() {
                    Ok(flag) => *option = flag,
                    Err(_) => self.keys.bad(&format!("options.{key}"), "not `true` or `false`"),
                }
            }
        }
        if let Some(value) = self.keys.take(&mut table, "options", "mailbox_requests") {
            match value.into_uint().map(u16::try_from) {
                Ok(Ok(number)) => options.mailbox_requests = number,
                _ => self.keys.bad("options.mailbox_requests", "not a number from 1 to 10"),
            }
        }
        if let Some(value) = self.keys.take(&mut table, "options", "error_budget") {
            match value.into_uint() {
                Ok(number) => options.error_budget = number,
                Err(_) => self.keys.bad("options.error_budget", "not a number of items"),
            }
        }
        options
    }

    fn mailboxes(&mut self, table: &mut Table) -> Vec<Pair> {
        let mut pairs = Vec::new();
        if let Some(value) = self.keys.take(table, "", "mailboxes") {
            if let ValueKind::Array(values) = value.kind {
                for (index, value) in values.into_iter().enumerate() {
                    let path = format!("mailboxes[{index}]");
                    self.mailbox_places.push(self.keys.place(&path));
                    pairs.push(self.pair(&path, value));
                }
            } else if value.kind != ValueKind::Nil {
                self.keys.bad("mailboxes", "not a list of `source` and `destination` pairs");
            }
        }
        if let Some(name) = self.keys.text(table, "", "mailboxes_csv") {
            match read_bytes(&self.keys.folder.join(&name), MAX_CSV) {
                Ok(bytes) => self.csv(&name, &bytes, &mut pairs),
                Err(error) => {
                    let text = format!("{name} cannot be read: {error}");
                    self.keys.report("mailboxes_csv", code::FILE_UNREADABLE, &text);
                    self.mailboxes_unread = true;
                }
            }
        }
        pairs
    }

    fn pair(&mut self, path: &str, value: Value) -> Pair {
        let mut table = self.keys.table(path, value, PAIR_KEYS).unwrap_or_default();
        Pair {
            source: self.keys.required(&mut table, path, "source"),
            destination: self.keys.required(&mut table, path, "destination"),
            batch: self.keys.text(&mut table, path, "batch"),
        }
    }
}
