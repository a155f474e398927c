//! Why a blob is refused.

/// What is wrong with a blob; the service answers it with `ErrorCorruptData`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the blob does not start with the configuration, interface and version records")]
    Preamble,
    #[error("the partner version is too old")]
    Version,
    #[error("record with opcode {0} where a transfer buffer was due")]
    Opcode(u32),
    #[error("transfer buffer of {0} bytes")]
    BufferLength(u32),
    #[error("the blob ends inside a record")]
    ShortRecord,
    #[error("the stream ends inside a value")]
    ShortValue,
    #[error("the stream ends before all markers are closed")]
    Unclosed,
    #[error("marker {0:#010x} is out of place")]
    Marker(u32),
    #[error("property {0:#010x} has an unknown type")]
    Type(u32),
    #[error("property {0:#010x} stands after the properties of its object ended")]
    Misplaced(u32),
    #[error("property {0:#010x} comes twice")]
    Twice(u32),
    #[error("property {0:#010x} has a string that is not closed")]
    Text(u32),
    #[error("property {0:#010x} has an impossible value")]
    Value(u32),
    #[error("a named property has a name of unknown kind {0}")]
    NameKind(u8),
    #[error("an attachment does not start with its number")]
    AttachNumber,
    #[error("objects are nested too deeply")]
    Depth,
    #[error("a message has no class")]
    NoClass,
}
