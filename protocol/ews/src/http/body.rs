//! Request bodies: written XML, with base64 encoded while it is sent.

use std::sync::Arc;

use base64::Engine as _;
use bytes::Bytes;
use futures::Stream;
use futures::stream;

use crate::blob::BASE64;
use crate::limits;

/// A piece of a body.
#[derive(Clone, Debug)]
pub(crate) enum Segment {
    /// Sent as it is.
    Xml(Bytes),
    /// Sent as base64.
    Base64(Bytes),
}

/// A request's body.
pub(crate) enum Body {
    /// Held in memory, so the request can be sent again with another token.
    Held(Arc<[Segment]>),
    /// Comes from elsewhere, once. `length` is in bytes on the wire, if known.
    Once { body: reqwest::Body, length: Option<u64> },
}

impl Body {
    pub(crate) fn xml(xml: Vec<u8>) -> Self {
        Self::Held([Segment::Xml(xml.into())].into())
    }
}

/// Bytes of the base64 text of `length` bytes.
pub(crate) const fn encoded_length(length: u64) -> u64 {
    length.div_ceil(3) * 4
}

impl Segment {
    fn wire_length(&self) -> u64 {
        match self {
            Self::Xml(bytes) => bytes.len() as u64,
            Self::Base64(bytes) => encoded_length(bytes.len() as u64),
        }
    }
}

/// Bytes on the wire.
pub(crate) fn length(segments: &[Segment]) -> u64 {
    segments.iter().map(Segment::wire_length).sum()
}

/// The base64 text of `bytes`.
fn base64_text(bytes: &[u8]) -> Bytes {
    let mut text = vec![0; encoded_length(bytes.len() as u64) as usize];
    // The text is exactly as long as that.
    let written = BASE64.encode_slice(bytes, &mut text).unwrap_or_default();
    text.truncate(written);
    text.into()
}

/// A body of `segments`, encoded piece by piece.
pub(crate) fn stream(segments: &Arc<[Segment]>) -> reqwest::Body {
    if let [Segment::Xml(bytes)] = &**segments {
        return bytes.clone().into();
    }
    reqwest::Body::wrap_stream(pieces(Arc::clone(segments)))
}

fn pieces(
    segments: Arc<[Segment]>,
) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static {
    stream::iter((0..).map_while(move |at| segments.get(at).cloned()).flat_map(|segment| {
        let (bytes, step, encode) = match segment {
            Segment::Xml(bytes) => (bytes, usize::MAX, false),
            Segment::Base64(bytes) => (bytes, limits::ENCODE_CHUNK, true),
        };
        let mut left = bytes;
        std::iter::from_fn(move || {
            if left.is_empty() {
                return None;
            }
            let piece = left.split_to(left.len().min(step));
            Some(Ok(if encode { base64_text(&piece) } else { piece }))
        })
    }))
}
