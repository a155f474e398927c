//! SOAP faults: the whole request failed and nothing of it is answered.
//! Source: reference samples of the service ([EL tests/test_services.py],
//! [ED ews-throttling-in-exchange.md]).

use super::position::Place;
use super::write::XmlWriter;

/// A fault, sent with HTTP status 500.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {text}")]
pub(crate) struct Fault {
    /// EWS response code, e.g. `ErrorServerBusy`.
    pub(crate) code: String,
    /// Text for people.
    pub(crate) text: String,
    /// `t:MessageXml` values, name and content.
    pub(crate) values: Vec<(String, String)>,
    /// Set for schema violations.
    pub(crate) violation: Option<(Place, String)>,
}

impl Fault {
    /// A fault with code and text only.
    pub(crate) fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), values: Vec::new(), violation: None }
    }

    /// Adds a `t:Value`.
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// The request does not follow the schema.
    pub(crate) fn schema(place: Place, violation: impl Into<String>) -> Self {
        let violation = violation.into();
        Self {
            code: "ErrorSchemaValidation".into(),
            text: format!("The request failed schema validation: {violation}"),
            values: Vec::new(),
            violation: Some((place, violation)),
        }
    }

    /// The service is over its budget for this caller.
    pub(crate) fn busy(back_off_milliseconds: u64) -> Self {
        Self::new(
            "ErrorServerBusy",
            "The server cannot service this request right now. Try again later.",
        )
        .with("BackOffMilliseconds", back_off_milliseconds)
    }

    /// The whole envelope of the fault.
    pub(crate) fn envelope(&self) -> Vec<u8> {
        let mut xml = XmlWriter::new(Vec::new());
        // Writing to memory cannot fail.
        let _ = self.write(&mut xml);
        xml.into_inner()
    }

    fn write(&self, xml: &mut XmlWriter<Vec<u8>>) -> std::io::Result<()> {
        xml.declaration()?;
        xml.start("s:Envelope", &[("xmlns:s", super::names::SOAP)])?;
        xml.start("s:Body", &[])?;
        xml.start("s:Fault", &[])?;
        let code = format!("a:{}", self.code);
        xml.element("faultcode", &[("xmlns:a", super::names::TYPES)], &code)?;
        xml.element("faultstring", &[("xml:lang", "en-US")], &self.text)?;
        xml.start("detail", &[])?;
        let errors = [("xmlns:e", super::names::ERRORS)];
        xml.element("e:ResponseCode", &errors, &self.code)?;
        xml.element("e:Message", &errors, &self.text)?;
        if !self.values.is_empty() || self.violation.is_some() {
            xml.start("t:MessageXml", &[("xmlns:t", super::names::TYPES)])?;
            if let Some((place, violation)) = &self.violation {
                xml.element("t:LineNumber", &[], &place.line.to_string())?;
                xml.element("t:LinePosition", &[], &place.column.to_string())?;
                xml.element("t:Violation", &[], violation)?;
            }
            for (name, value) in &self.values {
                xml.element("t:Value", &[("Name", name)], value)?;
            }
            xml.end("t:MessageXml")?;
        }
        xml.end("detail")?;
        xml.end("s:Fault")?;
        xml.end("s:Body")?;
        xml.end("s:Envelope")
    }
}
