//! The envelope of every request.

use crate::Error;
use crate::xml::Xml;

/// The schema our requests are written in. Exchange Online takes it and everything before it.
/// Source: Microsoft: "RequestServerVersion".
const VERSION: &str = "Exchange2016";

/// A request in which the application acts on the mailbox `smtp`.
///
/// # Errors
///
/// A text that XML cannot carry.
pub(crate) fn envelope(smtp: &str, body: impl FnOnce(&mut Xml)) -> Result<Vec<u8>, Error> {
    let mut xml = Xml::new();
    open_body(&mut xml, smtp);
    body(&mut xml);
    close_body(&mut xml);
    xml.finish()
}

/// The envelope up to its body.
pub(crate) fn open_body(xml: &mut Xml, smtp: &str) {
    xml.open_envelope();
    xml.element("s:Header", &[], |xml| {
        xml.empty("t:RequestServerVersion", &[("Version", VERSION)]);
        xml.element("t:ExchangeImpersonation", &[], |xml| {
            xml.element("t:ConnectingSID", &[], |xml| xml.text("t:SmtpAddress", smtp));
        });
    });
    xml.open("s:Body", &[]);
}

/// The envelope from its body's end.
pub(crate) fn close_body(xml: &mut Xml) {
    xml.close("s:Body");
    xml.close("s:Envelope");
}
