//! The namespaces of EWS.
//!
//! Source: Microsoft: "EWS schema"; W3C: SOAP 1.1.

/// A namespace that matters to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ns {
    /// SOAP envelope.
    Soap,
    /// Messages: requests and responses.
    Messages,
    /// Types: what they are made of.
    Types,
    /// Errors: the detail of a fault.
    Errors,
    /// No namespace.
    None,
    /// Any other.
    Other,
}

pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
pub(crate) const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
pub(crate) const ERRORS: &str = "http://schemas.microsoft.com/exchange/services/2006/errors";

impl Ns {
    pub(crate) fn of(uri: &str) -> Self {
        match uri {
            SOAP => Self::Soap,
            MESSAGES => Self::Messages,
            TYPES => Self::Types,
            ERRORS => Self::Errors,
            _ => Self::Other,
        }
    }
}
