//! Puts properties and markers together to an item, checking that each stands where it may.

use crate::mapi::{Attachment, Item, Key, Props, Value, tags};

use super::{Broken, layout::marker};

/// Most messages inside one another that are accepted.
const DEEPEST: usize = 32;

/// Objects that are open, the outermost message first.
#[derive(Debug)]
pub(super) struct Builder {
    open: Vec<Open>,
}

#[derive(Debug)]
enum Open {
    Message(Item, Part),
    Recipient(Props),
    /// With whether its number has come, and whether its embedded message has ended.
    Attachment(Attachment, bool),
}

/// Which part of a message has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Properties,
    Recipients,
    Attachments,
}

impl Default for Builder {
    fn default() -> Self {
        Self { open: vec![Open::Message(Item::default(), Part::Properties)] }
    }
}

impl Builder {
    pub(super) fn property(&mut self, tag: u32, key: Key, value: Value) -> Result<(), Broken> {
        let embedded = self.open.len() > 1;
        let props = match self.open.last_mut() {
            Some(Open::Message(_, Part::Recipients | Part::Attachments)) | None => {
                return Err(Broken::Misplaced(tag));
            }
            Some(Open::Message(item, Part::Properties)) => {
                if embedded && tag == tags::MID.0 {
                    return Ok(());
                }
                &mut item.props
            }
            Some(Open::Recipient(props)) => props,
            Some(Open::Attachment(attachment, numbered)) => {
                if attachment.embedded.is_some() {
                    return Err(Broken::Misplaced(tag));
                }
                if !*numbered && tag != tags::ATTACH_NUMBER.0 {
                    return Err(Broken::AttachNumber);
                }
                if !*numbered {
                    *numbered = true;
                    return Ok(());
                }
                &mut attachment.props
            }
        };
        match props.set(key, value) {
            None => Ok(()),
            Some(_) => Err(Broken::Twice(tag)),
        }
    }

    /// A note that a part of the message was left out so that it can be written anew.
    pub(super) fn delete(&mut self, tag: u32) -> Result<(), Broken> {
        let part = match tag {
            tag if tag == tags::MESSAGE_RECIPIENTS.0 => Part::Recipients,
            tag if tag == tags::MESSAGE_ATTACHMENTS.0 => Part::Attachments,
            _ => return Err(Broken::Marker(marker::DELETE)),
        };
        match self.open.last_mut() {
            Some(Open::Message(_, current)) if *current < part => {
                *current = part;
                Ok(())
            }
            _ => Err(Broken::Marker(marker::DELETE)),
        }
    }

    pub(super) fn marker(&mut self, marker: u32) -> Result<(), Broken> {
        let depth = self.open.len();
        if matches!(marker, marker::END_RECIP | marker::END_EMBED | marker::END_ATTACH) {
            return if depth > 1 { self.end(marker) } else { Err(Broken::Marker(marker)) };
        }
        let misplaced = Err(Broken::Marker(marker));
        match (marker, self.open.last_mut()) {
            (marker::START_RECIP, Some(Open::Message(_, part))) if *part <= Part::Recipients => {
                *part = Part::Recipients;
                self.open.push(Open::Recipient(Props::new()));
                Ok(())
            }
            (marker::NEW_ATTACH, Some(Open::Message(_, part))) => {
                *part = Part::Attachments;
                self.open.push(Open::Attachment(Attachment::default(), false));
                Ok(())
            }
            (marker::START_EMBED, Some(Open::Attachment(attachment, numbered))) => {
                if attachment.embedded.is_some() {
                    return misplaced;
                }
                if !*numbered {
                    return Err(Broken::AttachNumber);
                }
                if depth > 2 * DEEPEST {
                    return Err(Broken::Depth);
                }
                self.open.push(Open::Message(Item::default(), Part::Properties));
                Ok(())
            }
            _ => misplaced,
        }
    }

    fn end(&mut self, marker: u32) -> Result<(), Broken> {
        let ended = self.open.pop();
        match (marker, ended, self.open.last_mut()) {
            (marker::END_RECIP, Some(Open::Recipient(mut props)), Some(Open::Message(item, _))) => {
                props.remove(tags::ROW_ID);
                item.recipients.push(props);
            }
            (
                marker::END_EMBED,
                Some(Open::Message(inner, _)),
                Some(Open::Attachment(attachment, _)),
            ) => {
                if inner.class().is_empty() {
                    return Err(Broken::NoClass);
                }
                attachment.embedded = Some(Box::new(inner));
            }
            (
                marker::END_ATTACH,
                Some(Open::Attachment(attachment, numbered)),
                Some(Open::Message(item, _)),
            ) => {
                if !numbered {
                    return Err(Broken::AttachNumber);
                }
                item.attachments.push(attachment);
            }
            _ => return Err(Broken::Marker(marker)),
        }
        Ok(())
    }

    /// The item, if everything is closed.
    pub(super) fn finish(mut self) -> Result<Item, Broken> {
        match (self.open.pop(), self.open.is_empty()) {
            (Some(Open::Message(item, _)), true) if item.class().is_empty() => Err(Broken::NoClass),
            (Some(Open::Message(item, _)), true) => Ok(item),
            _ => Err(Broken::Unclosed),
        }
    }
}
