//! Reading: a blob, pushed in pieces of any size, back to an item.

use bytes::{Buf, BytesMut};

use crate::mapi::{Item, Key, Value, kind};

use super::{
    Broken,
    builder::Builder,
    layout::{DN_PREFIX, marker},
    records::Records,
    sink::Sink,
    values::Cursor,
};

/// Parses one blob. After the first error the parser is spent.
#[derive(Debug)]
pub(crate) struct Parser {
    records: Records,
    stream: Stream,
}

impl Parser {
    /// At the start of a blob.
    pub(crate) fn new() -> Self {
        Self { records: Records::new(), stream: Stream::default() }
    }

    /// Takes the next bytes of the blob.
    ///
    /// # Errors
    /// As soon as the bytes so far cannot start a whole blob.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.records.push(bytes, |stream| self.stream.push(stream))
    }

    /// The item, once the whole blob is pushed.
    ///
    /// # Errors
    /// If the blob is cut or the item has no message class.
    pub(crate) fn finish(self) -> Result<Item, Broken> {
        self.records.finish()?;
        if self.stream.big.is_some() || !self.stream.pending.is_empty() {
            return Err(Broken::ShortValue);
        }
        self.stream.builder.finish()
    }
}

/// The FastTransfer stream inside the transfer buffers.
#[derive(Debug, Default)]
struct Stream {
    /// Bytes that do not make up a whole token yet.
    pending: BytesMut,
    /// A binary value that is being filled.
    big: Option<(u32, Key, Sink)>,
    builder: Builder,
    started: bool,
}

impl Stream {
    fn push(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        if self.big.is_some() {
            self.fill(&mut bytes)?;
        }
        self.pending.extend_from_slice(bytes);
        while self.big.is_none() && !self.pending.is_empty() {
            let used = self.token()?;
            if used == 0 {
                break;
            }
            self.pending.advance(used);
            if self.big.is_some() {
                let pending = self.pending.split();
                let mut rest = &pending[..];
                self.fill(&mut rest)?;
                self.pending.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    /// Gives the big value what it misses; hands it on when it is whole.
    fn fill(&mut self, bytes: &mut &[u8]) -> Result<(), Broken> {
        let Some((_, _, sink)) = &mut self.big else {
            return Ok(());
        };
        let count = sink.missing().min(bytes.len() as u64) as usize;
        sink.take(&bytes[..count]);
        *bytes = &bytes[count..];
        if sink.missing() > 0 {
            return Ok(());
        }
        let Some((tag, key, sink)) = self.big.take() else {
            return Ok(());
        };
        let value = match (tag & 0xFFFF) as u16 {
            kind::OBJECT => Value::Object(sink.finish()),
            _ => Value::Binary(sink.finish()),
        };
        self.builder.property(tag, key, value)
    }

    /// Reads one marker or property; the bytes used, 0 if it is not all there.
    fn token(&mut self) -> Result<usize, Broken> {
        let pending = std::mem::take(&mut self.pending);
        let result = self.read(&mut Cursor::new(&pending));
        self.pending = pending;
        result
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<usize, Broken> {
        let Some(tag) = cursor.u32() else {
            return Ok(0);
        };
        let id = (tag >> 16) as u16;
        if id == DN_PREFIX {
            if self.started {
                return Err(Broken::Marker(tag));
            }
            let skipped = cursor.value(tag)?.map_or(0, |_| cursor.at);
            self.started = skipped > 0;
            return Ok(skipped);
        }
        if tag == marker::DELETE {
            let Some(deleted) = cursor.u32() else {
                return Ok(0);
            };
            self.builder.delete(deleted)?;
        } else if (0x4000..0x4020).contains(&id) {
            self.builder.marker(tag)?;
        } else if !self.property(tag, id, cursor)? {
            return Ok(0);
        }
        self.started = true;
        Ok(cursor.at)
    }

    /// Whether all that can be waited for was there.
    fn property(&mut self, tag: u32, id: u16, cursor: &mut Cursor<'_>) -> Result<bool, Broken> {
        let key = if id < 0x8000 {
            Key::Id(id)
        } else {
            match cursor.name()? {
                Some(name) => Key::Named(name),
                None => return Ok(false),
            }
        };
        if matches!((tag & 0xFFFF) as u16, kind::BINARY | kind::OBJECT) {
            let Some(length) = cursor.u32() else {
                return Ok(false);
            };
            self.big = Some((tag, key, Sink::new(u64::from(length))));
            return Ok(true);
        }
        match cursor.value(tag)? {
            Some(value) => self.builder.property(tag, key, value).map(|()| true),
            None => Ok(false),
        }
    }
}
