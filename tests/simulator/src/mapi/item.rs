//! A message with its recipients and attachments.

use serde::{Deserialize, Serialize};

use super::{Props, Value, tags};

/// One item: its own properties, its recipients and its attachments, in order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) props: Props,
    pub(crate) recipients: Vec<Props>,
    pub(crate) attachments: Vec<Attachment>,
}

/// One attachment; the data of one by value is its property `0x3701`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Attachment {
    /// Properties without the attachment number, which is the position.
    pub(crate) props: Props,
    /// The message inside, for attach method 5.
    pub(crate) embedded: Option<Box<Item>>,
}

impl Item {
    /// An item of a message class, nothing else set.
    pub(crate) fn of_class(class: &str) -> Self {
        Self { props: Props::new().with(tags::MESSAGE_CLASS, class), ..Self::default() }
    }

    /// The message class; empty when there is none.
    pub(crate) fn class(&self) -> &str {
        match self.props.get(tags::MESSAGE_CLASS) {
            Some(Value::Text(class)) => class,
            // Classes are ASCII whatever the code page.
            Some(Value::Coded(_, bytes)) => {
                std::str::from_utf8(bytes.strip_suffix(&[0]).unwrap_or(bytes)).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// Whether the read bit of the message flags is set.
    pub(crate) fn is_read(&self) -> bool {
        self.flags() & tags::FLAG_READ != 0
    }

    /// Sets or clears the read bit.
    pub(crate) fn set_read(&mut self, read: bool) {
        let flags = self.flags() & !tags::FLAG_READ;
        let flags = if read { flags | tags::FLAG_READ } else { flags };
        self.props.set(tags::MESSAGE_FLAGS, flags);
    }

    fn flags(&self) -> i32 {
        match self.props.get(tags::MESSAGE_FLAGS) {
            Some(Value::I32(flags)) => *flags,
            _ => 0,
        }
    }
}

impl Attachment {
    /// A file held by value.
    pub(crate) fn file(name: &str, data: impl Into<super::Content>) -> Self {
        let props = Props::new()
            .with(tags::ATTACH_METHOD, 1)
            .with(tags::ATTACH_FILENAME, name)
            .with(tags::ATTACH_LONG_FILENAME, name)
            .with(tags::DISPLAY_NAME, name)
            .with(tags::RENDERING_POSITION, -1)
            .with(tags::ATTACH_DATA, Value::Binary(data.into()));
        Self { props, embedded: None }
    }

    /// A message inside the message.
    pub(crate) fn message(name: &str, embedded: Item) -> Self {
        let props = Props::new()
            .with(tags::ATTACH_METHOD, 5)
            .with(tags::DISPLAY_NAME, name)
            .with(tags::RENDERING_POSITION, -1);
        Self { props, embedded: Some(Box::new(embedded)) }
    }
}
