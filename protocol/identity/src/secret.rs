//! Secrets and the references that lead to them.
//!
//! A [`Secret`] is wiped from memory when dropped and prints as `[redacted]`. A [`SecretRef`] is
//! what a settings file may hold: the place of a secret, never the secret. A text that is not a
//! reference is refused without being repeated, because it may be a secret pasted by mistake.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::Error;

/// A file that is larger holds no secret: keys and certificates have some KiB.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// A text that must not be seen.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over `text`.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Keep it out of logs and errors.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Where a secret stands: `env:NAME` or `file:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file, such as a mounted Kubernetes secret. A line end at its end is not part of it.
    File(PathBuf),
}

impl SecretRef {
    /// Reads the secret from where it stands now.
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnreadable`] if the variable is unset or empty, or the file cannot be read,
    /// is empty, is larger than 64 KiB or is no regular file.
    pub fn resolve(&self) -> Result<Secret, Error> {
        let unreadable = |error: std::io::Error| Error::SecretUnreadable {
            reference: self.clone(),
            source: Arc::new(error),
        };
        let secret = match self {
            Self::Env(name) => Secret::new(std::env::var(name).map_err(|error| {
                // The error's own text would repeat a value that is not Unicode.
                let reason = match error {
                    std::env::VarError::NotPresent => "the variable is not set",
                    std::env::VarError::NotUnicode(_) => "the variable is not valid text",
                };
                unreadable(std::io::Error::other(reason))
            })?),
            Self::File(path) => {
                let mut text = read(path).map_err(unreadable)?;
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
                Secret::new(text)
            }
        };
        if secret.expose().is_empty() {
            return Err(unreadable(std::io::Error::other("it is empty")));
        }
        Ok(secret)
    }
}

/// Reads a file that may be anything: a device without an end, a pipe without a writer.
fn read(path: &Path) -> io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other("it is larger than 64 KiB"));
    }
    Ok(text)
}

/// A text that is not a reference. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is given as `env:NAME` or `file:PATH`, not as the secret itself")]
pub struct NotAReference;

impl FromStr for SecretRef {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
                Ok(Self::Env(name.to_owned()))
            }
            Some(("file", path)) if !path.is_empty() && !path.contains('\0') => {
                Ok(Self::File(path.into()))
            }
            _ => Err(NotAReference),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl Serialize for SecretRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_from_its_text() {
        for text in ["env:CLIENT_SECRET", "file:/run/secrets/client"] {
            let reference: SecretRef = text.parse().expect("a reference");
            assert_eq!(reference.to_string(), text);
            let json = serde_json::to_string(&reference).expect("serialises");
            assert_eq!(serde_json::from_str::<SecretRef>(&json).expect("own text"), reference);
        }
    }

    #[test]
    fn a_pasted_secret_is_refused_and_not_repeated() {
        for pasted in ["hunter2~secret", "https://hunter2", "env:", "file:", "ENV:hunter2", ""] {
            let error = serde_json::from_value::<SecretRef>(pasted.into()).expect_err("refused");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_file_secret_loses_the_line_end_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, " two words \r\n").expect("written");
        let secret = SecretRef::File(path.clone()).resolve().expect("readable");
        assert_eq!(secret.expose(), " two words ");

        std::fs::write(&path, "\n").expect("written");
        SecretRef::File(path).resolve().expect_err("an empty secret is a mistake");
    }

    #[test]
    fn a_file_that_holds_no_secret_is_refused_and_not_read_to_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let large = folder.path().join("large");
        std::fs::write(&large, "x".repeat(64 * 1024 + 1)).expect("written");
        for path in [Path::new("/dev/zero"), folder.path(), &large] {
            let error = SecretRef::File(path.to_owned()).resolve().expect_err("refused");
            assert_eq!(error.code(), longhaul_core::code::SECRET_UNREADABLE);
        }
        std::fs::write(&large, "x".repeat(64 * 1024)).expect("written");
        SecretRef::File(large).resolve().expect("just fits");
    }

    #[test]
    fn an_unset_variable_is_named_in_the_error() {
        let error =
            SecretRef::Env("LONGHAUL_NO_SUCH_VARIABLE".into()).resolve().expect_err("unset");
        assert_eq!(error.code(), longhaul_core::code::SECRET_UNREADABLE);
        assert!(error.to_string().contains("env:LONGHAUL_NO_SUCH_VARIABLE"), "{error}");
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("hunter2".into());
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "[redacted] [redacted] [redacted]");
    }
}
