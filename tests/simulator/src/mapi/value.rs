//! Values of properties.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Content, Time, kind};

/// A property's value; the variant fixes the type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Value {
    I16(i16),
    I32(i32),
    F32(f32),
    F64(f64),
    /// Ten-thousandths.
    Currency(i64),
    /// Days since 1899-12-30.
    AppTime(f64),
    Bool(bool),
    I64(i64),
    Time(Time),
    Guid(Uuid),
    /// A Unicode string without terminator.
    Text(String),
    /// A string kept as found: type `0x001E` or a code page other than UTF-16, or UTF-16 that is
    /// not valid Unicode. The bytes carry their terminator.
    Coded(u16, Bytes),
    Binary(Content),
    /// An object's bytes (type `0x000D`).
    Object(Content),
    I16s(Vec<i16>),
    I32s(Vec<i32>),
    F32s(Vec<f32>),
    F64s(Vec<f64>),
    Currencies(Vec<i64>),
    AppTimes(Vec<f64>),
    I64s(Vec<i64>),
    Times(Vec<Time>),
    Guids(Vec<Uuid>),
    Texts(Vec<String>),
    /// Strings kept as found, of type `0x101E` or `0x101F`, terminators included.
    CodedList(u16, Vec<Bytes>),
    Binaries(Vec<Bytes>),
}

impl Value {
    /// A Unicode string.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Bytes held in memory.
    pub(crate) fn binary(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Binary(Content::Inline(Bytes::from(bytes.into())))
    }

    /// The property type this value has, strings as `0x001F`.
    pub(crate) fn kind(&self) -> u16 {
        match self {
            Self::I16(_) => kind::I16,
            Self::I32(_) => kind::I32,
            Self::F32(_) => kind::F32,
            Self::F64(_) => kind::F64,
            Self::Currency(_) => kind::CURRENCY,
            Self::AppTime(_) => kind::APP_TIME,
            Self::Bool(_) => kind::BOOL,
            Self::I64(_) => kind::I64,
            Self::Time(_) => kind::TIME,
            Self::Guid(_) => kind::GUID,
            Self::Text(_) => kind::TEXT,
            Self::Coded(kind, _) | Self::CodedList(kind, _) => *kind,
            Self::Binary(_) => kind::BINARY,
            Self::Object(_) => kind::OBJECT,
            Self::I16s(_) => kind::MULTI | kind::I16,
            Self::I32s(_) => kind::MULTI | kind::I32,
            Self::F32s(_) => kind::MULTI | kind::F32,
            Self::F64s(_) => kind::MULTI | kind::F64,
            Self::Currencies(_) => kind::MULTI | kind::CURRENCY,
            Self::AppTimes(_) => kind::MULTI | kind::APP_TIME,
            Self::I64s(_) => kind::MULTI | kind::I64,
            Self::Times(_) => kind::MULTI | kind::TIME,
            Self::Guids(_) => kind::MULTI | kind::GUID,
            Self::Texts(_) => kind::MULTI | kind::TEXT,
            Self::Binaries(_) => kind::MULTI | kind::BINARY,
        }
    }

    /// The string, if it is a Unicode one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::I16(number) => Some(i64::from(*number)),
            Self::I32(number) => Some(i64::from(*number)),
            Self::I64(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The moment, if it is one.
    pub(crate) fn as_time(&self) -> Option<Time> {
        match self {
            Self::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// The bytes of a binary or object value.
    pub(crate) fn as_content(&self) -> Option<&Content> {
        match self {
            Self::Binary(content) | Self::Object(content) => Some(content),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::I32(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::binary(bytes)
    }
}
