//! A scripted EWS and authority in one, and answers in the service's own words.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use longhaul_core::{Side, SystemClock};
use longhaul_ews::{Client, Endpoint, Mailbox};
use longhaul_identity::{Authority, Credential, SecretRef, TokenSource, http_client};

/// A request as it arrived.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) headers: HeaderMap,
    /// `None` if the body was broken off.
    pub(crate) body: Option<String>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn body(&self) -> &str {
        self.body.as_deref().expect("a whole body")
    }
}

type Respond = Box<dyn Fn(usize, &Asked) -> Response + Send + Sync>;

struct Script {
    respond: Respond,
    asked: Mutex<Vec<Asked>>,
    tokens: Mutex<u32>,
}

/// A service that answers request `n` (from 0) with `respond(n, request)`.
pub(crate) struct Service {
    pub(crate) mailbox: Mailbox,
    script: Arc<Script>,
    base: String,
    _folder: tempfile::TempDir,
}

pub(crate) const SMTP: &str = "a@contoso.test";

impl Service {
    pub(crate) async fn new(
        respond: impl Fn(usize, &Asked) -> Response + Send + Sync + 'static,
    ) -> Self {
        let script = Arc::new(Script {
            respond: Box::new(respond),
            asked: Mutex::default(),
            tokens: Mutex::default(),
        });
        let app = Router::new()
            .route("/contoso.test/oauth2/v2.0/token", post(token))
            .route("/EWS/Exchange.asmx", post(answer))
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let (mailbox, folder) = mailbox(&base, &format!("{base}/EWS/Exchange.asmx"));
        Self { mailbox, script, base, _folder: folder }
    }

    /// A service that answers every request with `body`.
    pub(crate) async fn always(body: impl Into<String>) -> Self {
        let body = body.into();
        Self::new(move |_, _| soap(&body)).await
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().expect("no panic").clone()
    }

    /// Address of the authority.
    pub(crate) fn base(&self) -> String {
        self.base.clone()
    }

    pub(crate) fn tokens(&self) -> u32 {
        *self.script.tokens.lock().expect("no panic")
    }
}

/// A mailbox behind `ews`, with tokens from `authority`.
pub(crate) fn mailbox(authority: &str, ews: &str) -> (Mailbox, tempfile::TempDir) {
    let (tokens, folder) = tokens(authority);
    let http = http_client(None, "longhaul-test/0").expect("a client");
    let url = ews.parse().expect("an address");
    (Client::new(Endpoint { url, http, tokens }).mailbox(Side::Source, SMTP), folder)
}

/// Tokens from `authority`, and the folder that holds their secret.
pub(crate) fn tokens(authority: &str) -> (TokenSource, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("secret"), "hunter2").expect("written");
    let tokens = TokenSource::new(
        http_client(None, "longhaul-test/0").expect("a client"),
        Authority {
            base: authority.parse().expect("an address"),
            tenant_id: "contoso.test".into(),
        },
        Credential::Secret {
            client_id: "11111111-2222-3333-4444-555555555555".into(),
            secret: SecretRef::File(folder.path().join("secret")),
        },
        "https://outlook.test/.default".into(),
        Arc::new(SystemClock),
    );
    (tokens, folder)
}

async fn token(State(script): State<Arc<Script>>) -> Response {
    let mut tokens = script.tokens.lock().expect("no panic");
    *tokens += 1;
    let body =
        format!(r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"token-{tokens}"}}"#);
    ([("content-type", "application/json")], body).into_response()
}

async fn answer(State(script): State<Arc<Script>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.ok();
    let body = body.map(|bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8"));
    let asked = Asked { headers: parts.headers, body };
    let number = {
        let mut all = script.asked.lock().expect("no panic");
        all.push(asked.clone());
        all.len() - 1
    };
    (script.respond)(number, &asked)
}

const NAMESPACES: &str = "xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" \
     xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"";

/// `body` in an envelope.
pub(crate) fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope \
         xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>\
         <t:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"20\" MajorBuildNumber=\"8000\" \
         MinorBuildNumber=\"16\" Version=\"V2018_01_08\" {NAMESPACES}/></s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// An answer to `operation` with these response messages.
pub(crate) fn response(operation: &str, messages: &[String]) -> String {
    format!(
        "<m:{operation}Response {NAMESPACES}><m:ResponseMessages>{}</m:ResponseMessages>\
         </m:{operation}Response>",
        messages.concat()
    )
}

/// A response message that succeeded, with `inside` after its code.
pub(crate) fn success(operation: &str, inside: &str) -> String {
    format!(
        "<m:{operation}ResponseMessage ResponseClass=\"Success\">\
         <m:ResponseCode>NoError</m:ResponseCode>{inside}</m:{operation}ResponseMessage>"
    )
}

/// A response message that failed.
pub(crate) fn failure(operation: &str, code: &str) -> String {
    format!(
        "<m:{operation}ResponseMessage ResponseClass=\"Error\">\
         <m:MessageText>Some words.</m:MessageText><m:ResponseCode>{code}</m:ResponseCode>\
         <m:DescriptiveLinkKey>0</m:DescriptiveLinkKey></m:{operation}ResponseMessage>"
    )
}

pub(crate) fn soap(body: &str) -> Response {
    with_status(200, "text/xml; charset=utf-8", &envelope(body))
}

pub(crate) fn with_status(status: u16, kind: &'static str, body: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [("content-type", kind)], body.to_owned()).into_response()
}

/// A SOAP fault, as HTTP 500.
pub(crate) fn fault(code: &str) -> Response {
    let body = format!(
        "<s:Fault><faultcode xmlns:a=\"http://schemas.microsoft.com/exchange/services/2006/types\">\
         a:{code}</faultcode><faultstring>Words.</faultstring><detail><e:ResponseCode \
         xmlns:e=\"http://schemas.microsoft.com/exchange/services/2006/errors\">{code}\
         </e:ResponseCode></detail></s:Fault>"
    );
    with_status(500, "text/xml; charset=utf-8", &envelope(&body))
}

/// A small exported item whose subject has `length` characters.
pub(crate) fn item(length: usize) -> Bytes {
    let mut stream = vec![0xB0, 0x84, 0x1A, 0x00, 18, 0, 0, 0];
    stream.extend("IPM.Note\0".encode_utf16().flat_map(u16::to_le_bytes));
    stream.extend([0xB0, 0x84, 0x37, 0x00]);
    stream.extend(u32::try_from(length * 2 + 2).expect("small").to_le_bytes());
    stream.extend("x".repeat(length).encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    stream.extend([0x03, 0x00, 0x16, 0x40, 0x0D, 0x00, 0x12, 0x0E]);
    stream.extend([0x03, 0x00, 0x16, 0x40, 0x0D, 0x00, 0x13, 0x0E]);
    let mut blob = STANDARD
        .decode(
            "AQAAAAgAAAAAAAAAAQAAAAMAAAAYAAAAAQAAAAcDAgAAAAAAwAAAAAAAAEYAJACABAAAAAYAAAAUD9aRhhc=",
        )
        .expect("a constant");
    for part in stream.chunks(31_680) {
        blob.extend([2, 0, 0, 0]);
        blob.extend(u32::try_from(part.len()).expect("small").to_le_bytes());
        blob.extend(part);
    }
    blob.into()
}

/// A response message with an exported item.
pub(crate) fn exported(id: &str, data: &str) -> String {
    let inside = format!("<m:ItemId Id=\"{id}\" ChangeKey=\"FwAAAA==\"/><m:Data>{data}</m:Data>");
    success("ExportItems", &inside)
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
