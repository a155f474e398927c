//! The SOAP header: known elements are checked, others ignored.

use crate::soap::fault::Fault;
use crate::soap::names::Space;
use crate::soap::node::Node;

use super::check::check;
use super::kind::{Kind, Simple, attributes, one, required, sequence, simple, t};

/// Versions a request may ask for ([ED requestserverversion.md] and the
/// published schema).
const VERSIONS: &[&str] = &[
    "Exchange2007",
    "Exchange2007_SP1",
    "Exchange2009",
    "Exchange2010",
    "Exchange2010_SP1",
    "Exchange2010_SP2",
    "Exchange2012",
    "Exchange2013",
    "Exchange2013_SP1",
    "Exchange2015",
    "Exchange2016",
    "V2015_10_05",
    "V2016_01_06",
    "V2016_04_13",
    "V2016_07_13",
    "V2016_10_10",
    "V2017_01_07",
    "V2017_04_14",
    "V2017_07_11",
];

static VERSION: Kind =
    attributes(&[required("Version", Simple::One("ExchangeVersionType", VERSIONS))]);
static ADDRESS: Kind = simple(Simple::NotEmpty);
static CONNECTING: Kind = sequence(&[one(&[
    t("PrincipalName", &ADDRESS),
    t("SID", &ADDRESS),
    t("PrimarySmtpAddress", &ADDRESS),
    t("SmtpAddress", &ADDRESS),
])]);
static IMPERSONATION: Kind = sequence(&[one(&[t("ConnectingSID", &CONNECTING)])]);

/// Checks the header elements of a request.
///
/// # Errors
/// `ErrorInvalidServerVersion` for an unknown version, else the schema fault.
pub(crate) fn check_header(header: &Node) -> Result<(), Fault> {
    for node in header.children.iter().filter(|node| node.space == Space::Types) {
        match node.name.as_str() {
            "RequestServerVersion" => {
                let version = node.attribute("Version");
                if version.is_some_and(|version| !VERSIONS.contains(&version)) {
                    return Err(Fault::new(
                        "ErrorInvalidServerVersion",
                        "The specified server version is invalid.",
                    ));
                }
                check(node, &VERSION)?;
            }
            "ExchangeImpersonation" => check(node, &IMPERSONATION)?,
            _ => {}
        }
    }
    Ok(())
}
