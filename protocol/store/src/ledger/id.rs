//! Destination ids, written as their difference from the folder's template.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Corrupt, varint};

/// Longest destination id; the service's have some 200 bytes.
const MAX_ID: u64 = 4096;

/// How an id's bytes stand for its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdForm {
    /// They are what the text is the canonical base64 of; those of a folder's ids are alike.
    Base64,
    /// They are the text.
    Text,
}

impl IdForm {
    /// The form of an id, and its bytes.
    pub(super) fn of(id: &str) -> (Self, Vec<u8>) {
        match STANDARD.decode(id) {
            Ok(bytes) if STANDARD.encode(&bytes) == id => (Self::Base64, bytes),
            _ => (Self::Text, id.as_bytes().to_vec()),
        }
    }

    pub(super) fn text(self, bytes: Vec<u8>) -> Result<String, Corrupt> {
        match self {
            Self::Base64 => Ok(STANDARD.encode(bytes)),
            Self::Text => String::from_utf8(bytes).map_err(|_| Corrupt),
        }
    }
}

/// An id as so many bytes of the template's head and tail, and what stands between.
pub(super) struct Difference<'a> {
    head: usize,
    tail: usize,
    own: &'a [u8],
}

impl<'a> Difference<'a> {
    pub(super) fn between(template: &[u8], id: &'a [u8]) -> Self {
        let head = template.iter().zip(id).take_while(|(a, b)| a == b).count();
        let longest_tail = template.len().min(id.len()) - head;
        let tail = template
            .iter()
            .rev()
            .zip(id.iter().rev())
            .take(longest_tail)
            .take_while(|(a, b)| a == b)
            .count();
        Self { head, tail, own: &id[head..id.len() - tail] }
    }

    pub(super) fn write(&self, to: &mut Vec<u8>) {
        for number in [self.head, self.tail, self.own.len()] {
            varint::write(number as u64, to);
        }
        to.extend_from_slice(self.own);
    }

    /// Reads an id's bytes off the front of `from`; `None` if they are not complete.
    pub(super) fn read(template: &[u8], from: &mut &[u8]) -> Result<Option<Vec<u8>>, Corrupt> {
        let lengths = (varint::read(from), varint::read(from), varint::read(from));
        let (Some(head), Some(tail), Some(own)) = lengths else {
            return Ok(None);
        };
        if head.max(tail).max(own) > MAX_ID || head + tail > template.len() as u64 {
            return Err(Corrupt);
        }
        let (head, tail, own) = (head as usize, tail as usize, own as usize);
        let Some((own, rest)) = from.split_at_checked(own) else {
            return Ok(None);
        };
        *from = rest;
        Ok(Some([&template[..head], own, &template[template.len() - tail..]].concat()))
    }
}
