//! Base64 in pieces, and the mark of truncation that may stand in it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::Simd;
use base64::engine::general_purpose::PAD;

use super::Error;

/// Standard base64, by the processor's vector instructions where it has them: every byte that is
/// copied passes here twice.
pub(super) static BASE64: LazyLock<Simd> = LazyLock::new(|| Simd::standard(PAD));

/// What the service writes where it cut an export short.
/// Source: Microsoft: "How to export items by using EWS in Exchange".
pub const TRUNCATION_MARKER: &str = "=== Truncated Data ===";

/// Decodes base64 text in pieces. White space is passed over.
///
/// The text ends at its padding: what follows can only be white space or the mark of truncation.
#[derive(Debug, Default)]
pub struct Base64Decoder {
    /// Symbols of a group that is not full yet, without white space.
    group: Vec<u8>,
    /// White space passed over so far, in bytes.
    spaces: u64,
    /// Set by the first `=`.
    tail: Option<Tail>,
}

#[derive(Debug, Default)]
struct Tail {
    /// Padding that may still come.
    padding: u8,
    /// Bytes of the mark matched so far.
    matched: usize,
    /// The text is no base64; it may still become the mark.
    invalid: bool,
}

impl Base64Decoder {
    /// A decoder at the start of a text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes `text` and appends the bytes to `out`.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] at the mark of truncation, [`Error::NotBase64`] at anything else that
    /// is not base64. The decoder is of no use afterwards.
    pub fn push(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.tail.is_some() {
            return self.push_tail(text, out);
        }
        let end = memchr::memchr(b'=', text).unwrap_or(text.len());
        self.push_body(&text[..end], out)?;
        if end < text.len() {
            // Two or three symbols are a group that padding completes.
            let padding = if self.group.len() < 2 { 0 } else { 4 - self.group.len() as u8 };
            self.tail = Some(Tail { padding, ..Tail::default() });
            self.push_tail(&text[end..], out)?;
        }
        Ok(())
    }

    /// White space passed over so far, in bytes.
    pub(super) fn spaces(&self) -> u64 {
        self.spaces
    }

    /// Ends the text.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if the text ends within a group or within the mark of truncation.
    pub fn finish(self) -> Result<(), Error> {
        let invalid = self.tail.is_some_and(|tail| tail.invalid);
        if invalid || !self.group.is_empty() {
            return Err(Error::Truncated("its base64 text stops within a group"));
        }
        Ok(())
    }

    fn push_body(&mut self, mut text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        while !self.group.is_empty() && !text.is_empty() {
            let (head, rest) = text.split_at(text.len().min(4 - self.group.len()));
            self.push_symbols(head, out)?;
            text = rest;
        }
        // Nearly all pieces are nothing but symbols: those are decoded where they are.
        let (full, rest) = text.split_at(text.len() / 4 * 4);
        let before = out.len();
        if BASE64.decode_vec(full, out).is_ok() {
            return self.push_symbols(rest, out);
        }
        out.truncate(before);
        self.push_symbols(text, out)
    }

    /// Decodes symbols, with white space between them.
    fn push_symbols(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let held = self.group.len();
        self.group.extend(text.iter().filter(|b| !b.is_ascii_whitespace()));
        self.spaces += (text.len() - (self.group.len() - held)) as u64;
        let full = self.group.len() / 4 * 4;
        BASE64.decode_vec(&self.group[..full], out).map_err(|_| Error::NotBase64)?;
        self.group.drain(..full);
        // Symbols that wait for their group are looked at now, so that the verdict does not
        // depend on where the pieces were cut.
        let symbol = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        if self.group.iter().all(symbol) { Ok(()) } else { Err(Error::NotBase64) }
    }

    fn push_tail(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        for byte in text {
            let Some(tail) = &mut self.tail else {
                return Ok(());
            };
            tail.matched = advance(tail.matched, *byte);
            if tail.matched == TRUNCATION_MARKER.len() {
                return Err(Error::Truncated("it carries the service's mark of truncated data"));
            }
            if *byte == b'=' && tail.padding > 0 {
                tail.padding -= 1;
                if tail.padding == 0 {
                    self.group.resize(4, b'=');
                    // A cut group before the mark of truncation looks like a padded one.
                    tail.invalid |= BASE64.decode_vec(&self.group, out).is_err();
                    self.group.clear();
                }
            } else if byte.is_ascii_whitespace() {
                self.spaces += 1;
            } else {
                tail.invalid = true;
            }
            if tail.invalid && tail.matched == 0 {
                return Err(Error::NotBase64);
            }
        }
        Ok(())
    }
}

/// How much of the mark is matched after `byte`, if `matched` bytes of it were before.
fn advance(matched: usize, byte: u8) -> usize {
    let marker = TRUNCATION_MARKER.as_bytes();
    if marker[matched] == byte {
        return matched + 1;
    }
    // The mark begins with three `=` and nothing else in it repeats them.
    match (byte, matched) {
        (b'=', 3) => 3,
        (b'=', _) => 1,
        _ => 0,
    }
}
