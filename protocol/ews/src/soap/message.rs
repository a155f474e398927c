//! A response message: the outcome of one item of a request.

use std::time::Duration;

use longhaul_core::code;

use crate::ItemError;
use crate::error::{Service, verdict};
use crate::xml::{Element, Start};

/// The part of a response message that says how it went.
#[derive(Debug, Default)]
pub(crate) struct Message {
    failed: bool,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) values: Values,
}

/// What `MessageXml` says beside the code.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) hint: Option<Duration>,
    pub(crate) inner_code: Option<String>,
}

impl Values {
    pub(crate) fn read(message_xml: &Element) -> Self {
        let value = |name: &str| {
            let value =
                message_xml.children.iter().find(|child| child.attribute("Name") == Some(name))?;
            Some(value.text.trim())
        };
        // A hint that cannot be read must not turn throttling into something else: none is given.
        let hint = value("BackOffMilliseconds").and_then(|text| text.parse().ok());
        Self {
            hint: hint.map(Duration::from_millis),
            inner_code: value("InnerErrorResponseCode").map(str::to_owned),
        }
    }
}

/// The code that says most: the inner one of an `ErrorInternalServerError`, if we know it.
pub(crate) fn effective(outer: String, values: &Values) -> String {
    match &values.inner_code {
        Some(inner)
            if outer == "ErrorInternalServerError"
                && verdict(inner).code != code::UNKNOWN_SERVICE_ERROR =>
        {
            inner.clone()
        }
        _ => outer,
    }
}

impl Message {
    pub(crate) fn new(start: &Start) -> Self {
        Self { failed: start.attribute("ResponseClass") == Some("Error"), ..Self::default() }
    }

    /// Whether the item went well.
    ///
    /// # Errors
    ///
    /// The item's error. A warning counts as one unless its code is `NoError`.
    pub(crate) fn outcome(&self, request_id: &str) -> Result<(), ItemError> {
        match &self.code {
            Some(code) if code == "NoError" && !self.failed => Ok(()),
            None if !self.failed => Ok(()),
            None => Err(ItemError::missing("a response code", Some(request_id.to_owned()))),
            Some(code) => {
                let service = Service {
                    response_code: None,
                    text: self.text.clone(),
                    hint: self.values.hint,
                    request_id: Some(request_id.to_owned()),
                };
                Err(ItemError::refused(effective(code.clone(), &self.values), service))
            }
        }
    }
}
