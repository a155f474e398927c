//! Values of settings that are more than text.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use longhaul_core::{Code, code};
use longhaul_identity::Secret;

use super::file::{MAX_CERTIFICATE, read_string};
use super::{Reader, Table};

impl Reader<'_> {
    /// A whole number within `range`.
    pub fn count(
        &mut self,
        table: &mut Table,
        key: &str,
        range: RangeInclusive<u16>,
    ) -> Option<u16> {
        let value = self.take(table, "", key)?;
        let number = value.into_uint().ok().and_then(|number| u16::try_from(number).ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.bad(key, &format!("not a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// `true` or `false`.
    pub fn flag(&mut self, table: &mut Table, path: &str, key: &str) -> Option<bool> {
        let value = self.take(table, path, key)?;
        let flag = value.into_bool().ok();
        if flag.is_none() {
            self.bad(&format!("{path}.{key}"), "neither `true` nor `false`");
        }
        flag
    }

    /// A text that `parse` turns into a value, or says what it should be.
    pub fn parsed<T>(
        &mut self,
        table: &mut Table,
        path: &str,
        key: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(table, path, key)?;
        let whole = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        parse(&text).map_err(|wrong| self.bad(&whole, &wrong)).ok()
    }

    /// A file of certificates or keys that can be read now; the path becomes absolute.
    pub fn readable(&mut self, table: &mut Table, path: &str, key: &str) -> Option<PathBuf> {
        let file = PathBuf::from(self.text(table, path, key)?);
        let whole = self.folder.join(&file);
        match read_string(&whole, MAX_CERTIFICATE) {
            Ok(_) => Some(whole),
            Err(error) => {
                let text = format!("{} cannot be read: {error}", file.display());
                self.report(&format!("{path}.{key}"), code::FILE_UNREADABLE, &text);
                None
            }
        }
    }

    /// A secret, read from where its reference leads.
    pub fn resolved(&mut self, table: &mut Table, path: &str, key: &str) -> Option<Secret> {
        let reference = self.secret(table, path, key)?;
        let whole = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let unreadable = |error: longhaul_identity::Error| -> (Code, String) {
            (error.code(), error.to_string())
        };
        match reference.resolve().map_err(unreadable) {
            Ok(secret) => Some(secret),
            Err((code, text)) => {
                self.report(&whole, code, &text);
                None
            }
        }
    }
}
