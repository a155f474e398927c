//! Reads names and values from bytes that may not all have come in yet.

use bytes::Bytes;
use uuid::Uuid;

use crate::mapi::{Name, PropertyName, Time, Value, kind};

use super::Broken;

/// Bytes of the stream that are not yet used up. `None` from a method: more must come in first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    fn f64(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }

    fn guid(&mut self) -> Option<Uuid> {
        self.array().map(Uuid::from_bytes_le)
    }

    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(length as usize)
    }

    /// The name that follows the tag of a named property.
    pub(super) fn name(&mut self) -> Result<Option<PropertyName>, Broken> {
        let Some(set) = self.guid() else {
            return Ok(None);
        };
        let Some([kind]) = self.array() else {
            return Ok(None);
        };
        match kind {
            0 => Ok(self.u32().map(|lid| PropertyName::lid(set, lid))),
            1 => {
                let mut units = Vec::new();
                while let Some(unit) = self.array().map(u16::from_le_bytes) {
                    if unit == 0 {
                        let name = Name::Text(String::from_utf16_lossy(&units));
                        return Ok(Some(PropertyName { set, name }));
                    }
                    units.push(unit);
                }
                Ok(None)
            }
            other => Err(Broken::NameKind(other)),
        }
    }

    /// A value of any type but binary and object, which may be too big to wait for.
    pub(super) fn value(&mut self, tag: u32) -> Result<Option<Value>, Broken> {
        let kind = (tag & 0xFFFF) as u16;
        if kind & kind::CODE_PAGE != 0 || matches!(kind, kind::TEXT | kind::TEXT8) {
            return self.sized().map(|bytes| text(tag, bytes)).transpose();
        }
        if kind & kind::MULTI != 0 {
            return self.list(tag);
        }
        Ok(match kind {
            kind::I16 => self.array().map(i16::from_le_bytes).map(Value::I16),
            kind::I32 => self.array().map(i32::from_le_bytes).map(Value::I32),
            kind::F32 => self.array().map(f32::from_le_bytes).map(Value::F32),
            kind::F64 => self.f64().map(Value::F64),
            kind::CURRENCY => self.i64().map(Value::Currency),
            kind::APP_TIME => self.f64().map(Value::AppTime),
            kind::BOOL => match self.array().map(u16::from_le_bytes) {
                None => None,
                Some(flag @ (0 | 1)) => Some(Value::Bool(flag == 1)),
                Some(_) => return Err(Broken::Value(tag)),
            },
            kind::I64 => self.i64().map(Value::I64),
            kind::TIME => self.i64().map(|ticks| Value::Time(Time(ticks))),
            kind::GUID => self.guid().map(Value::Guid),
            _ => return Err(Broken::Type(tag)),
        })
    }

    fn list(&mut self, tag: u32) -> Result<Option<Value>, Broken> {
        let Some(count) = self.u32() else {
            return Ok(None);
        };
        let kind = (tag & 0xFFFF) as u16;
        Ok(match kind & !kind::MULTI {
            kind::I16 => self.many(count, |c| c.array().map(i16::from_le_bytes)).map(Value::I16s),
            kind::I32 => self.many(count, |c| c.array().map(i32::from_le_bytes)).map(Value::I32s),
            kind::F32 => self.many(count, |c| c.array().map(f32::from_le_bytes)).map(Value::F32s),
            kind::F64 => self.many(count, Self::f64).map(Value::F64s),
            kind::CURRENCY => self.many(count, Self::i64).map(Value::Currencies),
            kind::APP_TIME => self.many(count, Self::f64).map(Value::AppTimes),
            kind::I64 => self.many(count, Self::i64).map(Value::I64s),
            kind::TIME => self.many(count, |c| c.i64().map(Time)).map(Value::Times),
            kind::GUID => self.many(count, Self::guid).map(Value::Guids),
            kind::BINARY => self.bytes(count).map(Value::Binaries),
            kind::TEXT | kind::TEXT8 => match self.bytes(count) {
                None => None,
                Some(list) => Some(texts(tag, list)?),
            },
            _ => return Err(Broken::Type(tag)),
        })
    }

    fn many<T>(&mut self, count: u32, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..count).map(|_| one(self)).collect()
    }

    fn bytes(&mut self, count: u32) -> Option<Vec<Bytes>> {
        self.many(count, |c| c.sized().map(Bytes::copy_from_slice))
    }
}

/// A closed string as Unicode if it is that, else as found.
fn text(tag: u32, bytes: &[u8]) -> Result<Value, Broken> {
    let kind = (tag & 0xFFFF) as u16;
    if !matches!(kind, kind::TEXT | kind::TEXT_1200) {
        return match bytes.last() {
            Some(0) => Ok(Value::Coded(kind, Bytes::copy_from_slice(bytes))),
            _ => Err(Broken::Text(tag)),
        };
    }
    let closed = bytes.len().is_multiple_of(2) && bytes.ends_with(&[0, 0]);
    if !closed {
        return Err(Broken::Text(tag));
    }
    let units: Vec<u16> = bytes[..bytes.len() - 2]
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    Ok(match String::from_utf16(&units) {
        Ok(text) => Value::Text(text),
        Err(_) => Value::Coded(kind::TEXT_1200, Bytes::copy_from_slice(bytes)),
    })
}

fn texts(tag: u32, list: Vec<Bytes>) -> Result<Value, Broken> {
    let mut texts = Vec::with_capacity(list.len());
    for bytes in &list {
        match text(tag & !u32::from(kind::MULTI), bytes)? {
            Value::Text(text) => texts.push(text),
            _ => return Ok(Value::CodedList((tag & 0xFFFF) as u16, list)),
        }
    }
    Ok(Value::Texts(texts))
}
