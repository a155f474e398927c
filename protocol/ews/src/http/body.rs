//! Request bodies.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;

/// A request's body.
pub(crate) enum Body {
    /// Held in memory, in pieces, so the request can be sent again with another token.
    Held(Arc<[Bytes]>),
    /// Comes from elsewhere, once. `length` is in bytes on the wire, if known.
    Once { body: reqwest::Body, length: Option<u64> },
}

impl Body {
    pub(crate) fn xml(xml: Vec<u8>) -> Self {
        Self::Held([xml.into()].into())
    }
}

/// Bytes on the wire.
pub(crate) fn length(pieces: &[Bytes]) -> u64 {
    pieces.iter().map(|piece| piece.len() as u64).sum()
}

/// A body of `pieces`, sent from where they are.
pub(crate) fn stream(pieces: &Arc<[Bytes]>) -> reqwest::Body {
    if let [bytes] = &**pieces {
        return bytes.clone().into();
    }
    let pieces = Arc::clone(pieces);
    let pieces = (0..).map_while(move |at| pieces.get(at).cloned()).map(Ok::<_, Infallible>);
    reqwest::Body::wrap_stream(stream::iter(pieces))
}
