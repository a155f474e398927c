//! Reading, checking and writing of envelopes.

use super::base64_stream::{Base64Stream, NotBase64};
use super::fault::Fault;
use super::node::Node;
use super::request::{Divert, ReadError, RequestReader};
use super::schema;
use super::write::XmlWriter;

const HEAD: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
    xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" \
    xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\">";

fn envelope(body: &str) -> String {
    format!("{HEAD}<s:Body>{body}</s:Body></s:Envelope>")
}

fn read(text: &str, divert: Option<&mut dyn Divert>) -> Result<Node, Fault> {
    let fault = |error| match error {
        ReadError::Fault(fault) => fault,
        ReadError::Body(error) => panic!("{error}"),
    };
    let mut reader = RequestReader::new(text.as_bytes());
    let (_, operation, closed) = reader.head().map_err(fault)?.into_parts();
    let (_, kind) = schema::operation(&operation.name).expect("a known operation");
    let body = reader.body(operation, closed, divert).map_err(fault)?;
    schema::check(&body, kind).map(|()| body)
}

fn refused(body: &str) -> Fault {
    let fault = read(&envelope(body), None).expect_err(body);
    assert_eq!(fault.code, "ErrorSchemaValidation", "{fault}");
    fault
}

#[derive(Default)]
struct Collect {
    texts: Vec<Vec<u8>>,
}

impl Divert for Collect {
    fn begin(&mut self, _parent: &Node) {
        self.texts.push(Vec::new());
    }
    fn push(&mut self, text: &[u8]) {
        self.texts.last_mut().unwrap().extend_from_slice(text);
    }
    fn end(&mut self) -> Result<usize, String> {
        Ok(self.texts.len() - 1)
    }
}

#[test]
fn data_goes_to_the_divert_and_not_into_the_tree() {
    let item = |data: &str| {
        format!(
            "<t:Item CreateAction=\"CreateNew\"><t:ParentFolderId Id=\"A\"/><t:Data>{data}</t:Data></t:Item>"
        )
    };
    let body = format!(
        "<m:UploadItems><m:Items>{}{}</m:Items></m:UploadItems>",
        item("AQAA&#13;\nBBBB"),
        item("<![CDATA[CCCC]]>")
    );
    let mut collect = Collect::default();
    let root = read(&envelope(&body), Some(&mut collect)).unwrap();
    assert_eq!(collect.texts, [b"AQAA\r\nBBBB".to_vec(), b"CCCC".to_vec()]);
    let data = |index: usize| root.children_of("Items")[index].child("Data").unwrap();
    assert_eq!((data(0).diverted, data(0).text.as_str()), (Some(0), ""));
    assert_eq!(data(1).diverted, Some(1));
}

#[test]
fn elements_out_of_order_are_refused_where_they_stand() {
    let fault =
        refused("<m:GetFolder>\n<m:FolderIds><t:FolderId Id=\"A\"/></m:FolderIds></m:GetFolder>");
    let (place, violation) = fault.violation.unwrap();
    assert_eq!((place.line, place.column), (2, 2));
    assert!(violation.contains("'FolderShape'"), "{violation}");
}

#[test]
fn the_schema_refuses_what_the_service_refuses() {
    let shape = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>";
    let id = "<m:SyncFolderId><t:FolderId Id=\"A\"/></m:SyncFolderId>";
    for (body, word) in [
        (format!("<m:SyncFolderItems>{shape}{id}</m:SyncFolderItems>"), "incomplete content"),
        (
            format!("<m:SyncFolderItems>{shape}{id}<m:MaxChangesReturned>513</m:MaxChangesReturned></m:SyncFolderItems>"),
            "513",
        ),
        (
            format!("<m:SyncFolderItems>{shape}{id}<t:MaxChangesReturned>1</t:MaxChangesReturned></m:SyncFolderItems>"),
            "invalid child",
        ),
        ("<m:ExportItems><m:ItemIds/></m:ExportItems>".into(), "incomplete content"),
        ("<m:ExportItems><m:ItemIds><t:ItemId/></m:ItemIds></m:ExportItems>".into(), "'Id' is missing"),
        (
            "<m:ExportItems><m:ItemIds><t:ItemId Id=\"A\" Key=\"B\"/></m:ItemIds></m:ExportItems>".into(),
            "'Key' attribute is not declared",
        ),
        (
            "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id=\"nowhere\"/></m:FolderIds></m:GetFolder>".into(),
            "DistinguishedFolderIdNameType",
        ),
        (
            "<m:UploadItems><m:Items><t:Item CreateAction=\"Create\"><t:ParentFolderId Id=\"A\"/></t:Item></m:Items></m:UploadItems>".into(),
            "CreateActionType",
        ),
        (
            "<m:UploadItems><m:Items><t:Item CreateAction=\"CreateNew\"><t:DistinguishedFolderId Id=\"inbox\"/></t:Item></m:Items></m:UploadItems>".into(),
            "'ParentFolderId'",
        ),
        ("<m:GetItem>text</m:GetItem>".into(), "cannot contain text"),
    ] {
        let fault = refused(&body);
        assert!(fault.text.contains(word), "{body}: {fault}");
    }
}

#[test]
fn document_types_unbalanced_tags_and_unknown_entities_are_refused() {
    let shape = "<m:ExportItems><m:ItemIds><t:ItemId Id=\"A\"/></m:ItemIds></m:ExportItems>";
    let good = envelope(shape);
    assert!(read(&good, None).is_ok());
    let doctype = format!("<!DOCTYPE x [<!ENTITY e \"x\">]>{good}");
    for text in [doctype, good.replace("</m:ItemIds>", ""), good.replace('A', "&e;")] {
        let fault = read(&text, None).expect_err(&text);
        assert_eq!(fault.code, "ErrorSchemaValidation", "{text}");
    }
    let fault = read(&good[..good.len() - 20], None).expect_err("cut");
    assert_eq!(fault.code, "ErrorSchemaValidation");
}

#[test]
fn base64_may_be_cut_anywhere_and_hold_white_space() {
    let text = b"AQAA\r\nAAgA AAAA\nAA==";
    for at in 0..text.len() {
        let mut stream = Base64Stream::default();
        let mut bytes = stream.push(&text[..at]).unwrap().to_vec();
        bytes.extend_from_slice(stream.push(&text[at..]).unwrap());
        assert_eq!(bytes, [1, 0, 0, 0, 8, 0, 0, 0, 0, 0], "cut at {at}");
        stream.finish().unwrap();
    }
}

#[test]
fn base64_that_is_cut_or_goes_on_behind_padding_is_refused() {
    let mut stream = Base64Stream::default();
    stream.push(b"AQA").unwrap();
    assert_eq!(stream.finish(), Err(NotBase64));
    let mut stream = Base64Stream::default();
    assert!(stream.push(b"AQ==AQ==").is_err());
    assert!(Base64Stream::default().push(b"A*AA").is_err());
}

#[test]
fn written_text_survives_and_is_well_formed() {
    let mut xml = XmlWriter::new(Vec::new());
    let text = "a<b>&\"c\"\r\n\u{1}\u{fffe}ä";
    xml.element("x", &[("k", "\"<\n")], text).unwrap();
    let written = String::from_utf8(xml.into_inner()).unwrap();
    assert_eq!(
        written,
        "<x k=\"&quot;&lt;&#xA;\">a&lt;b&gt;&amp;\"c\"&#xD;\n\u{fffd}\u{fffd}ä</x>"
    );
}
