//! Which properties a request asks for.

use uuid::Uuid;

use crate::mapi::{Key, Name, PropertyName, kind, sets};
use crate::soap::node::Node;
use crate::soap::schema::property_id;

use super::call::ItemError;

/// How much of a folder or item is answered.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) base: Base,
    pub(super) fields: Vec<Field>,
    /// `BodyType`: HTML, text, or what is there.
    pub(super) body: BodyType,
}

/// `BaseShape`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    IdOnly,
    Default,
    All,
}

/// `BodyType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyType {
    Best,
    Html,
    Text,
}

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// By its EWS name, such as `item:Subject`.
    Uri(String),
    /// By tag or name.
    Extended(Extended),
    /// One value of a list, by its EWS name and index.
    Indexed(String, String),
}

/// A MAPI property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extended {
    pub(super) key: Key,
    /// Property type.
    pub(super) kind: u16,
    /// The element's attributes, to be repeated in the answer.
    pub(super) attributes: Vec<(String, String)>,
}

const INVALID: ItemError = ItemError::new(
    "ErrorInvalidExtendedProperty",
    "The extended property attribute combination is invalid.",
);

impl Shape {
    /// Reads `ItemShape` or `FolderShape`.
    pub(super) fn parse(node: Option<&Node>) -> Result<Self, ItemError> {
        let base = match node.and_then(|node| node.child_text("BaseShape")) {
            Some("AllProperties") => Base::All,
            Some("Default") => Base::Default,
            _ => Base::IdOnly,
        };
        let body = match node.and_then(|node| node.child_text("BodyType")) {
            Some("HTML") => BodyType::Html,
            Some("Text") => BodyType::Text,
            _ => BodyType::Best,
        };
        let fields = node.map_or(&[][..], |node| node.children_of("AdditionalProperties"));
        let fields = fields.iter().map(Field::parse).collect::<Result<_, _>>()?;
        Ok(Self { base, fields, body })
    }

    /// Whether a property of this EWS name is asked for by name.
    pub(super) fn names(&self, uri: &str) -> bool {
        self.fields.iter().any(|field| matches!(field, Field::Uri(name) if name == uri))
    }

    /// The MAPI properties asked for.
    pub(super) fn extended(&self) -> impl Iterator<Item = &Extended> {
        self.fields.iter().filter_map(|field| match field {
            Field::Extended(extended) => Some(extended),
            _ => None,
        })
    }
}

impl Field {
    /// Reads a path element.
    pub(super) fn parse(node: &Node) -> Result<Self, ItemError> {
        let uri = node.attribute("FieldURI").unwrap_or_default().to_owned();
        match node.name.as_str() {
            "ExtendedFieldURI" => Extended::parse(node).map(Self::Extended),
            "IndexedFieldURI" => {
                let index = node.attribute("FieldIndex").unwrap_or_default();
                Ok(Self::Indexed(uri, index.to_owned()))
            }
            _ => Ok(Self::Uri(uri)),
        }
    }
}

impl Extended {
    /// Reads `ExtendedFieldURI`: a tag below 0x8000, or a set with a name or a number
    /// ([ED extendedfielduri.md]).
    pub(super) fn parse(node: &Node) -> Result<Self, ItemError> {
        let kind = node.attribute("PropertyType").and_then(type_of).ok_or(INVALID)?;
        let set =
            match (node.attribute("DistinguishedPropertySetId"), node.attribute("PropertySetId")) {
                (Some(_), Some(_)) => return Err(INVALID),
                (Some(name), None) => Some(set_of(name).ok_or(INVALID)?),
                (None, Some(guid)) => Some(Uuid::try_parse(guid).map_err(|_| INVALID)?),
                (None, None) => None,
            };
        let name = node.attribute("PropertyName");
        let number = node.number("PropertyId");
        let tag = node.attribute("PropertyTag");
        let key = match (set, name, number, tag) {
            (None, None, None, Some(tag)) => {
                Key::Id(property_id(tag).filter(|id| *id < 0x8000).ok_or(INVALID)?)
            }
            (Some(set), Some(name), None, None) => {
                Key::Named(PropertyName { set, name: Name::Text(name.to_owned()) })
            }
            (Some(set), None, Some(number), None) => {
                let number = u32::try_from(number).map_err(|_| INVALID)?;
                Key::Named(PropertyName { set, name: Name::Lid(number) })
            }
            _ => return Err(INVALID),
        };
        Ok(Self { key, kind, attributes: node.attributes.clone() })
    }
}

fn set_of(name: &str) -> Option<Uuid> {
    Some(match name {
        "Meeting" => sets::MEETING,
        "Appointment" => sets::APPOINTMENT,
        "Common" => sets::COMMON,
        "PublicStrings" => sets::PUBLIC_STRINGS,
        "Address" => sets::ADDRESS,
        "InternetHeaders" => sets::INTERNET_HEADERS,
        "CalendarAssistant" => sets::CALENDAR_ASSISTANT,
        "UnifiedMessaging" => sets::UNIFIED_MESSAGING,
        "Task" => sets::TASK,
        "Sharing" => sets::SHARING,
        _ => return None,
    })
}

fn type_of(name: &str) -> Option<u16> {
    let (single, list) = match name.strip_suffix("Array") {
        Some(single) => (single, kind::MULTI),
        None => (name, 0),
    };
    let kind = match single {
        "ApplicationTime" => kind::APP_TIME,
        "Binary" => kind::BINARY,
        "Boolean" => kind::BOOL,
        "CLSID" => kind::GUID,
        "Currency" => kind::CURRENCY,
        "Double" => kind::F64,
        "Float" => kind::F32,
        "Integer" => kind::I32,
        "Long" => kind::I64,
        "Object" => kind::OBJECT,
        "Short" => kind::I16,
        "String" => kind::TEXT,
        "SystemTime" => kind::TIME,
        _ => return None,
    };
    Some(kind | list)
}
