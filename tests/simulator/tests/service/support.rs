//! A started simulator with a client, and looking into answers.

use longhaul_simulator::{Content, Running, Simulator};
use reqwest::{Client, StatusCode};
use serde_json::Value;

/// Seed of all generated mailboxes here.
pub(crate) const SEED: u64 = 7;

pub(crate) struct Service {
    pub(crate) running: Running,
    pub(crate) client: Client,
    pub(crate) description: Value,
}

/// A tenant: 0 is the source, 1 the destination.
pub(crate) const SOURCE: usize = 0;
pub(crate) const DESTINATION: usize = 1;

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Service {
    /// Two tenants with one mailbox each, the source's generated.
    pub(crate) async fn start() -> Self {
        println!("seed {SEED}");
        let content = |_| Content::Generated { profile: "demo".to_owned(), items: 40, seed: SEED };
        Self::of(Simulator::builder().pair(1, content)).await
    }

    pub(crate) async fn of(simulator: Simulator) -> Self {
        let running = simulator.start("127.0.0.1:0", false).await.unwrap();
        let description = running.description();
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { running, client, description }
    }

    pub(crate) fn tenant(&self, index: usize) -> &Value {
        &self.description["tenants"][index]
    }

    pub(crate) fn text(&self, tenant: usize, key: &str) -> &str {
        self.tenant(tenant)[key].as_str().unwrap()
    }

    pub(crate) fn address(&self, tenant: usize) -> &str {
        self.tenant(tenant)["mailboxes"][0].as_str().unwrap()
    }

    /// The answer of the token endpoint to a form.
    pub(crate) async fn token_form(&self, url: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let response = self.client.post(url).form(form).send().await.unwrap();
        let status = response.status();
        (status, response.json().await.unwrap())
    }

    /// An access token for EWS.
    pub(crate) async fn token(&self, tenant: usize) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.text(tenant, "client_id")),
            ("client_secret", self.text(tenant, "client_secret")),
            ("scope", "https://outlook.office365.com/.default"),
        ];
        let (status, body) = self.token_form(self.text(tenant, "token_url"), &form).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// Sends an envelope as it is.
    pub(crate) async fn send(&self, tenant: usize, envelope: String) -> reqwest::Result<Answer> {
        let request = self
            .client
            .post(self.text(tenant, "ews_url"))
            .bearer_auth(self.token(tenant).await)
            .header("content-type", "text/xml; charset=utf-8");
        answer(request.body(envelope)).await
    }

    /// Sends an operation to the first mailbox of a tenant.
    pub(crate) async fn call(&self, tenant: usize, body: &str) -> Answer {
        self.send(tenant, envelope(self.address(tenant), body)).await.unwrap()
    }

    /// As [`Service::call`], and the answer must be HTTP 200.
    pub(crate) async fn ok(&self, tenant: usize, body: &str) -> String {
        let answer = self.call(tenant, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.text
    }

    /// The id of a distinguished folder.
    pub(crate) async fn folder(&self, tenant: usize, id: &str) -> String {
        let text =
            self.ok(tenant, &get_folder(&format!("<t:DistinguishedFolderId Id=\"{id}\"/>"))).await;
        attributes(&text, "t:FolderId", "Id").remove(0)
    }

    /// The ids of a folder's items, newest first.
    pub(crate) async fn items(&self, tenant: usize, folder: &str) -> Vec<String> {
        let text = self.ok(tenant, &find_item(folder, "Shallow", "")).await;
        attributes(&text, "t:ItemId", "Id")
    }

    /// A request to the control API.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/_sim/{path}", self.running.base_url());
        let method = method.parse().unwrap();
        let request = self.client.request(method, url).json(&body).send().await.unwrap();
        let status = request.status();
        let text = request.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A number of an operation at the first mailbox of a tenant.
    pub(crate) fn count(&self, tenant: usize, operation: &str, key: &str) -> u64 {
        let counters = self.running.counters();
        let calls = counters["calls"].as_array().unwrap();
        let found = calls
            .iter()
            .find(|call| call["operation"] == operation && call["mailbox"] == self.address(tenant));
        found.map_or(0, |call| call[key].as_u64().unwrap())
    }
}

/// Sends and reads to the end.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Answer { status, headers, text: response.text().await? })
}

const NAMESPACES: &str = "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
     xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\" \
     xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\"";

/// An envelope that impersonates.
pub(crate) fn envelope(address: &str, body: &str) -> String {
    let header = format!(
        "<t:RequestServerVersion Version=\"Exchange2016\"/><t:ExchangeImpersonation>\
         <t:ConnectingSID><t:SmtpAddress>{address}</t:SmtpAddress></t:ConnectingSID>\
         </t:ExchangeImpersonation>"
    );
    envelope_with(&header, body)
}

/// An envelope with that header content.
pub(crate) fn envelope_with(header: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope {NAMESPACES}>\
         <s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

pub(crate) fn get_folder(ids: &str) -> String {
    format!(
        "<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>\
         <m:FolderIds>{ids}</m:FolderIds></m:GetFolder>"
    )
}

/// FindItem over all of a folder; `more` goes between view and parent.
pub(crate) fn find_item(folder: &str, traversal: &str, more: &str) -> String {
    format!(
        "<m:FindItem Traversal=\"{traversal}\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>\
         <t:AdditionalProperties><t:FieldURI FieldURI=\"item:Subject\"/>\
         <t:FieldURI FieldURI=\"item:ItemClass\"/>\
         <t:ExtendedFieldURI PropertyTag=\"0x1035\" PropertyType=\"String\"/>\
         </t:AdditionalProperties></m:ItemShape>{more}\
         <m:ParentFolderIds><t:FolderId Id=\"{folder}\"/></m:ParentFolderIds></m:FindItem>"
    )
}

pub(crate) fn export(ids: &[String]) -> String {
    let ids: String = ids.iter().map(|id| format!("<t:ItemId Id=\"{id}\"/>")).collect();
    format!("<m:ExportItems><m:ItemIds>{ids}</m:ItemIds></m:ExportItems>")
}

/// UploadItems of new items into a folder.
pub(crate) fn upload(folder: &str, blobs: &[String]) -> String {
    let items: String = blobs
        .iter()
        .map(|data| {
            format!(
                "<t:Item CreateAction=\"CreateNew\"><t:ParentFolderId Id=\"{folder}\"/>\
                 <t:Data>{data}</t:Data></t:Item>"
            )
        })
        .collect();
    format!("<m:UploadItems><m:Items>{items}</m:Items></m:UploadItems>")
}

/// The contents of all elements of a name (prefix included) that have no attributes.
pub(crate) fn texts(xml: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(&open)
        .skip(1)
        .map(|rest| rest.split(&close).next().unwrap_or_default().to_owned())
        .collect()
}

/// An attribute of all elements of a name.
pub(crate) fn attributes(xml: &str, element: &str, attribute: &str) -> Vec<String> {
    let (open, key) = (format!("<{element} "), format!("{attribute}=\""));
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| {
            let tag = rest.split('>').next()?;
            let padded = format!(" {tag}");
            let value = padded.split(&format!(" {key}")).nth(1)?;
            Some(value.split('"').next()?.to_owned())
        })
        .collect()
}

/// The response codes of an answer, in order.
pub(crate) fn codes(xml: &str) -> Vec<String> {
    texts(xml, "m:ResponseCode")
}

/// The code of a fault.
pub(crate) fn fault_code(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.text);
    let detail = answer.text.split("<e:ResponseCode").nth(1).expect(&answer.text);
    detail.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()
}
