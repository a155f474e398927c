//! Tags of the FastTransfer stream: markers, and how long a property's value is.
//!
//! Source: \[MS-OXCFXICS\] sections 2.2.4.1 (syntax) and 2.2.4.1.4 (markers);
//! \[MS-OXCDATA\] section 2.11.1 (types).

/// A marker that structures the stream of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    StartRecipient,
    EndRecipient,
    NewAttachment,
    EndAttachment,
    StartEmbedded,
    EndEmbedded,
}

/// What the first four bytes of a token say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Marker(Marker),
    /// A marker that belongs to folders and synchronisation, never into one item.
    Foreign,
    /// "Delete the subobjects named next before writing": separates the parts of a message.
    Separator,
    Property,
}

pub(crate) const SEPARATOR_RECIPIENTS: u32 = 0x0E12_000D;
pub(crate) const SEPARATOR_ATTACHMENTS: u32 = 0x0E13_000D;
/// Every attachment begins with its number.
pub(crate) const ATTACH_NUMBER: Tag = Tag { id: 0x0E21, kind: 0x0003 };

/// A property's id and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) id: u16,
    pub(crate) kind: u16,
}

impl Tag {
    /// On the wire the type comes first.
    pub(crate) fn read(bytes: [u8; 4]) -> Self {
        let [kind_low, kind_high, id_low, id_high] = bytes;
        Self {
            id: u16::from_le_bytes([id_low, id_high]),
            kind: u16::from_le_bytes([kind_low, kind_high]),
        }
    }

    pub(crate) fn token(self) -> Token {
        match (u32::from(self.id) << 16) | u32::from(self.kind) {
            0x4000_0003 => Token::Marker(Marker::NewAttachment),
            0x4001_0003 => Token::Marker(Marker::StartEmbedded),
            0x4002_0003 => Token::Marker(Marker::EndEmbedded),
            0x4003_0003 => Token::Marker(Marker::StartRecipient),
            0x4004_0003 => Token::Marker(Marker::EndRecipient),
            0x400E_0003 => Token::Marker(Marker::EndAttachment),
            0x4016_0003 => Token::Separator,
            0x4009_0003..=0x400D_0003 if self.kind == 0x0003 => Token::Foreign,
            0x4010_0003 | 0x4011_0102 | 0x4018_0003 => Token::Foreign,
            _ => Token::Property,
        }
    }

    /// A named property: its name follows the tag.
    pub(crate) fn is_named(self) -> bool {
        self.id >= 0x8000
    }
}

/// How a value of a type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Fixed(u8),
    /// A length, then so many bytes.
    Variable,
    /// A count, then so many values.
    ManyFixed(u8),
    /// A count, then so many values with their lengths.
    ManyVariable,
    /// As [`Form::ManyVariable`], but there is another reading of the type; lengths that cannot
    /// be right mean that the other one holds.
    MaybeMany,
    /// A type whose values we cannot measure.
    Unknown,
}

/// Multi-value bit of a type.
pub(crate) const MANY: u16 = 0x1000;
/// Code-page bit of a type: the other bits are the code page of a string.
const CODE_PAGE: u16 = 0x8000;

pub(crate) fn form(kind: u16) -> Form {
    if kind & CODE_PAGE != 0 {
        // No code page lies between 4096 and 8191, so 0x9xxx is several strings; a 0x1000 bit in
        // any other place is part of the code page's number (20866, 65001).
        return if kind & 0xF000 == CODE_PAGE | MANY { Form::MaybeMany } else { Form::Variable };
    }
    let single = match kind & !MANY {
        0x0002 | 0x000B => Form::Fixed(2),
        0x0003 | 0x0004 => Form::Fixed(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Form::Fixed(8),
        0x0048 => Form::Fixed(16),
        0x000D if kind & MANY == 0 => Form::Variable,
        0x001E | 0x001F | 0x0102 => Form::Variable,
        _ => return Form::Unknown,
    };
    match single {
        Form::Fixed(length) if kind & MANY != 0 => Form::ManyFixed(length),
        Form::Variable if kind & MANY != 0 => Form::ManyVariable,
        single => single,
    }
}

/// The code page of a type's strings; `None` if it is not a string type.
pub(crate) fn code_page(kind: u16) -> Option<u16> {
    match kind {
        0x001F | 0x101F => Some(UTF16),
        // The sender's own code page, which the stream does not name; Windows Western is the one
        // that old servers mean.
        0x001E | 0x101E => Some(1252),
        _ if kind & 0xF000 == CODE_PAGE | MANY => Some(kind & 0x0FFF),
        _ if kind & CODE_PAGE != 0 => Some(kind & !CODE_PAGE),
        _ => None,
    }
}

/// Code page of UTF-16LE.
pub(crate) const UTF16: u16 = 1200;
