//! Base64 decoded piece by piece.
//!
//! White space is allowed anywhere (it is in `xs:base64Binary`), padding only at
//! the end. Holds at most one piece, never the whole.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::Simd;
use base64::engine::general_purpose::PAD;

/// Standard base64, by the processor's vector instructions where it has them.
pub(crate) static BASE64: LazyLock<Simd> = LazyLock::new(|| Simd::standard(PAD));

/// The text is not base64.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the text is not base64")]
pub(crate) struct NotBase64;

/// Decoder of one text node.
#[derive(Debug, Default)]
pub(crate) struct Base64Stream {
    pending: Vec<u8>,
    decoded: Vec<u8>,
    padded: bool,
}

impl Base64Stream {
    /// Decodes a piece of text; the bytes are valid until the next call.
    ///
    /// # Errors
    /// [`NotBase64`] for a foreign character or text behind the padding.
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<&[u8], NotBase64> {
        // Nearly all pieces are plain text: decode those where they are, but for the groups that
        // lie over their ends.
        if !self.padded && plain(text) {
            self.decoded.clear();
            let missing = (4 - self.pending.len()) % 4;
            let (head, text) = text.split_at(missing.min(text.len()));
            self.pending.extend_from_slice(head);
            if self.pending.len() == 4 {
                BASE64.decode_vec(&self.pending, &mut self.decoded).map_err(|_| NotBase64)?;
                self.pending.clear();
            }
            let (whole, rest) = text.split_at(text.len() / 4 * 4);
            BASE64.decode_vec(whole, &mut self.decoded).map_err(|_| NotBase64)?;
            self.pending.extend_from_slice(rest);
            return Ok(&self.decoded);
        }
        for &byte in text {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'=' => {
                    self.padded = true;
                    self.pending.push(byte);
                }
                _ if self.padded => return Err(NotBase64),
                _ => self.pending.push(byte),
            }
        }
        let whole = self.pending.len() / 4 * 4;
        self.decoded.clear();
        BASE64.decode_vec(&self.pending[..whole], &mut self.decoded).map_err(|_| NotBase64)?;
        self.pending.drain(..whole);
        Ok(&self.decoded)
    }

    /// Ends the text.
    ///
    /// # Errors
    /// [`NotBase64`] if the last group of four is not complete.
    pub(crate) fn finish(self) -> Result<(), NotBase64> {
        if self.pending.is_empty() { Ok(()) } else { Err(NotBase64) }
    }
}

/// No white space and no padding.
fn plain(text: &[u8]) -> bool {
    memchr::memchr3(b'\n', b'\r', b' ', text).is_none()
        && memchr::memchr2(b'\t', b'=', text).is_none()
}
