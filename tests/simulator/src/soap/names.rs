//! The namespaces of EWS messages.
//! Source: [ED web-service-reference] and the published `services.wsdl`.

/// SOAP 1.1 envelope.
pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Request and response elements of the operations (`m:`).
pub(crate) const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
/// Everything the operations share (`t:`).
pub(crate) const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
/// Detail of SOAP faults (`e:`).
pub(crate) const ERRORS: &str = "http://schemas.microsoft.com/exchange/services/2006/errors";

/// The namespace of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Soap,
    Messages,
    Types,
    /// Any other, or none.
    Other,
}

impl Space {
    /// Sorts a namespace URI; `None` is "in no namespace".
    pub(crate) fn of(uri: Option<&str>) -> Self {
        match uri {
            Some(SOAP) => Self::Soap,
            Some(MESSAGES) => Self::Messages,
            Some(TYPES) => Self::Types,
            _ => Self::Other,
        }
    }

    /// The URI, empty for [`Space::Other`].
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Soap => SOAP,
            Self::Messages => MESSAGES,
            Self::Types => TYPES,
            Self::Other => "",
        }
    }
}
