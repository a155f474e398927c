//! MAPI values as EWS writes them, and back.

use std::io::Result;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::mapi::{Time, Value, kind};
use crate::soap::node::Node;

use super::messages::Xml;
use super::shape::Extended;

/// A moment, to the second in UTC.
pub(super) fn time(time: Time) -> String {
    time.to_timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `true` or `false`.
pub(super) fn boolean(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// Bytes as base64.
pub(super) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The text of a value if it fits the type asked for.
pub(super) fn text(value: &Value, wanted: u16) -> Option<String> {
    Some(match (value, wanted) {
        (Value::I16(n), kind::I16 | kind::I32 | kind::I64) => n.to_string(),
        (Value::I32(n), kind::I16 | kind::I32 | kind::I64) => n.to_string(),
        (Value::I64(n), kind::I16 | kind::I32 | kind::I64) => n.to_string(),
        (Value::F32(n), kind::F32 | kind::F64) => n.to_string(),
        (Value::F64(n), kind::F32 | kind::F64) => n.to_string(),
        (Value::AppTime(n), kind::APP_TIME) => n.to_string(),
        (Value::Currency(n), kind::CURRENCY) => n.to_string(),
        (Value::Bool(flag), kind::BOOL) => boolean(*flag).to_owned(),
        (Value::Time(moment), kind::TIME) => time(*moment),
        (Value::Guid(guid), kind::GUID) => guid.to_string(),
        (Value::Text(text), kind::TEXT) => text.clone(),
        (Value::Coded(_, bytes), kind::TEXT) => {
            // Latin 1 is near enough for strings kept in an old code page.
            bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
        }
        (Value::Binary(content) | Value::Object(content), kind::BINARY | kind::OBJECT) => {
            base64(content.to_bytes())
        }
        _ => return None,
    })
}

/// The texts of a list of values if it fits the type asked for.
pub(super) fn texts(value: &Value, wanted: u16) -> Option<Vec<String>> {
    let single = wanted & !kind::MULTI;
    if wanted & kind::MULTI == 0 {
        return None;
    }
    fn all<T: Clone>(list: &[T], wrap: fn(T) -> Value, single: u16) -> Option<Vec<String>> {
        list.iter().map(|one| text(&wrap(one.clone()), single)).collect()
    }
    match value {
        Value::I16s(list) => all(list, Value::I16, single),
        Value::I32s(list) => all(list, Value::I32, single),
        Value::I64s(list) => all(list, Value::I64, single),
        Value::F32s(list) => all(list, Value::F32, single),
        Value::F64s(list) => all(list, Value::F64, single),
        Value::Currencies(list) => all(list, Value::Currency, single),
        Value::AppTimes(list) => all(list, Value::AppTime, single),
        Value::Times(list) => all(list, Value::Time, single),
        Value::Guids(list) => all(list, Value::Guid, single),
        Value::Texts(list) => all(list, Value::Text, single),
        Value::Binaries(list) if single == kind::BINARY => Some(list.iter().map(base64).collect()),
        _ => None,
    }
}

/// Writes `t:ExtendedProperty`, or nothing if the value does not fit.
pub(super) fn write_extended(xml: &mut Xml, field: &Extended, value: &Value) -> Result<()> {
    let attributes: Vec<_> =
        field.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let one = text(value, field.kind);
    let many = texts(value, field.kind).filter(|list| !list.is_empty());
    if one.is_none() && many.is_none() {
        return Ok(());
    }
    xml.start("t:ExtendedProperty", &[])?;
    xml.empty("t:ExtendedFieldURI", &attributes)?;
    if let Some(text) = one {
        xml.element("t:Value", &[], &text)?;
    }
    if let Some(list) = many {
        xml.start("t:Values", &[])?;
        for text in &list {
            xml.element("t:Value", &[], text)?;
        }
        xml.end("t:Values")?;
    }
    xml.end("t:ExtendedProperty")
}

/// The value of a text by its type; `None` if it is none of that type.
pub(super) fn parse(text: &str, wanted: u16) -> Option<Value> {
    Some(match wanted {
        kind::I16 => Value::I16(text.trim().parse().ok()?),
        kind::I32 => Value::I32(text.trim().parse().ok()?),
        kind::I64 => Value::I64(text.trim().parse().ok()?),
        kind::F32 => Value::F32(text.trim().parse().ok()?),
        kind::F64 => Value::F64(text.trim().parse().ok()?),
        kind::APP_TIME => Value::AppTime(text.trim().parse().ok()?),
        kind::CURRENCY => Value::Currency(text.trim().parse().ok()?),
        kind::BOOL => Value::Bool(match text.trim() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        }),
        kind::TIME => Value::Time(parse_time(text)?),
        kind::GUID => Value::Guid(Uuid::try_parse(text.trim()).ok()?),
        kind::TEXT => Value::Text(text.to_owned()),
        kind::BINARY => Value::binary(STANDARD.decode(text.trim()).ok()?),
        _ => return None,
    })
}

/// A moment; without a zone it is UTC.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let text = text.trim();
    let moment = text.parse::<Timestamp>().or_else(|_| {
        let civil: jiff::civil::DateTime = text.parse()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    moment.ok().map(Time::from_timestamp)
}

/// The value of an `ExtendedProperty` element.
pub(super) fn parse_extended(node: &Node, field: &Extended) -> Option<Value> {
    if field.kind & kind::MULTI == 0 {
        return parse(&node.child("Value")?.text, field.kind);
    }
    let single = field.kind & !kind::MULTI;
    let list: Option<Vec<Value>> =
        node.children_of("Values").iter().map(|value| parse(&value.text, single)).collect();
    let list = list?;
    match single {
        kind::TEXT => {
            let texts = list.iter().map(|value| value.as_text().map(str::to_owned));
            texts.collect::<Option<_>>().map(Value::Texts)
        }
        kind::I32 => {
            let numbers = list.iter().map(|value| match value {
                Value::I32(number) => Some(*number),
                _ => None,
            });
            numbers.collect::<Option<_>>().map(Value::I32s)
        }
        _ => None,
    }
}
