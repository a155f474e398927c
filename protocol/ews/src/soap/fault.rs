//! A SOAP fault: the whole request failed.

use crate::Error;
use crate::error::Service;
use crate::soap::message::{Values, effective};
use crate::xml::{Element, Ns};

/// The error a fault stands for.
pub(crate) fn error(fault: &Element) -> Error {
    let detail = fault.children.iter().find(|child| child.name() == "detail");
    let part = |ns, name: &str| {
        detail.and_then(|detail| detail.children.iter().find(|child| child.start.is(ns, name)))
    };
    let code = part(Ns::Errors, "ResponseCode").map(|code| code.text.trim().to_owned());
    // Faults of the SOAP layer itself carry the code in the fault code only (`a:ErrorServerBusy`).
    let code = code.filter(|code| !code.is_empty()).or_else(|| {
        let fault_code = fault.children.iter().find(|child| child.name() == "faultcode")?;
        let code = fault_code.text.trim();
        Some(code.rsplit(':').next().unwrap_or(code).to_owned())
    });
    let values = part(Ns::Types, "MessageXml").map(Values::read).unwrap_or_default();
    let code = effective(code.unwrap_or_default(), &values);
    let text = part(Ns::Errors, "Message")
        .or_else(|| fault.children.iter().find(|child| child.name() == "faultstring"))
        .map(|message| message.text.clone());
    let service = Service { text, hint: values.hint, ..Service::default() };
    Error::fault(code, service)
}
