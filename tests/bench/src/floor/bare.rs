//! A bare loop over the simulator: export, paste, upload. No check, no intent, no commit, and the
//! list of items is read before the clock starts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use longhaul_e2e::{Simulator, Tenant};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

const ENVELOPE: &str = r#"<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2016"/><t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>"#;
const BODY: &str =
    "</t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation></s:Header><s:Body>";
const END: &str = "</s:Body></s:Envelope>";
const SHAPE: &str = "<t:BaseShape>IdOnly</t:BaseShape>";

/// What to copy.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Loop {
    tenants: Vec<Tenant>,
    authority: Option<String>,
    /// Pairs of a source and a destination mailbox.
    pairs: Vec<(String, String)>,
    /// Requests at a time.
    connections: usize,
    /// Items in a request.
    batch: usize,
}

/// What copying it took.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Copied {
    /// Items that stand in the destination.
    pub(crate) items: u64,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
}

impl Loop {
    /// A loop over the simulator's mailboxes from `first` to before `end`.
    pub(crate) fn over(
        simulator: &Simulator,
        mailboxes: std::ops::Range<usize>,
        connections: usize,
        batch: usize,
    ) -> Self {
        let sides = simulator.source().mailboxes.iter().zip(&simulator.destination().mailboxes);
        let pairs = sides.map(|(source, destination)| (source.clone(), destination.clone()));
        Self {
            pairs: pairs.skip(mailboxes.start).take(mailboxes.len()).collect(),
            tenants: simulator.tenants.clone(),
            authority: simulator.ca_cert.clone(),
            connections,
            batch,
        }
    }

    /// Runs it, as a process of its own.
    pub(crate) fn run(&self) -> anyhow::Result<Copied> {
        super::call("loop", self)
    }
}

/// A batch: the mailboxes, the ids of the items, the folder they go to.
struct Batch {
    source: Arc<Side>,
    destination: Arc<Side>,
    ids: Vec<String>,
    folder: String,
}

/// A mailbox, and how to ask for it.
struct Side {
    http: reqwest::Client,
    url: String,
    token: String,
    address: String,
}

pub(super) async fn run(work: Loop) -> anyhow::Result<Copied> {
    let http = super::http::client(work.authority.as_deref())?;
    let tokens = [token(&http, &work.tenants[0]).await?, token(&http, &work.tenants[1]).await?];
    let mut batches = Vec::new();
    for (source, destination) in &work.pairs {
        let side = |at: usize, address: &String| {
            let (url, token) = (work.tenants[at].ews_url.clone(), tokens[at].clone());
            Arc::new(Side { http: http.clone(), url, token, address: address.clone() })
        };
        let (source, destination) = (side(0, source), side(1, destination));
        let folder = destination.inbox().await?;
        for ids in source.items().await?.chunks(work.batch) {
            let (source, destination) = (Arc::clone(&source), Arc::clone(&destination));
            batches.push(Batch { source, destination, ids: ids.to_vec(), folder: folder.clone() });
        }
    }
    let items = batches.iter().map(|batch| batch.ids.len() as u64).sum();
    let batches = Arc::new(Mutex::new(batches));
    let begun = Instant::now();
    let mut lanes = JoinSet::new();
    for _ in 0..work.connections {
        let batches = Arc::clone(&batches);
        lanes.spawn(async move {
            let next = || batches.lock().unwrap_or_else(PoisonError::into_inner).pop();
            while let Some(batch) = next() {
                batch.copy().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = lanes.join_next().await {
        ended??;
    }
    Ok(Copied { items, took: begun.elapsed() })
}

async fn token(http: &reqwest::Client, tenant: &Tenant) -> anyhow::Result<String> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &tenant.client_id),
        ("client_secret", &tenant.client_secret),
        ("scope", "https://outlook.office365.com/.default"),
    ];
    let answer = http.post(&tenant.token_url).form(&form).send().await?.error_for_status()?;
    let answer: serde_json::Value = answer.json().await?;
    Ok(answer["access_token"].as_str().context("an access token")?.to_owned())
}

impl Batch {
    async fn copy(self) -> anyhow::Result<()> {
        let mut request = String::from("<m:ExportItems><m:ItemIds>");
        for id in &self.ids {
            request += &format!("<t:ItemId Id=\"{id}\"/>");
        }
        request += "</m:ItemIds></m:ExportItems>";
        let exported = self.source.call("ExportItems", &[request.as_bytes()]).await?;

        let item = format!(
            "<t:Item CreateAction=\"CreateNew\"><t:ParentFolderId Id=\"{}\"/><t:Data>",
            self.folder
        );
        let mut request: Vec<&[u8]> = vec![b"<m:UploadItems><m:Items>"];
        for data in between(&exported, b"<m:Data>", b"</m:Data>") {
            request.extend([item.as_bytes(), data, b"</t:Data></t:Item>"]);
        }
        ensure!(request.len() == 1 + 3 * self.ids.len(), "an item was not exported");
        request.push(b"</m:Items></m:UploadItems>");
        let uploaded = self.destination.call("UploadItems", &request).await?;
        let stand = memmem::find_iter(&uploaded, b"<m:ItemId ").count();
        ensure!(stand == self.ids.len(), "an item was not uploaded");
        Ok(())
    }
}

impl Side {
    async fn call(&self, operation: &str, body: &[&[u8]]) -> anyhow::Result<Vec<u8>> {
        let address = self.address.as_bytes();
        let head = [ENVELOPE.as_bytes(), address, BODY.as_bytes()];
        let request = [&head[..], body, &[END.as_bytes()]].concat().concat();
        let response = self
            .http
            .post(&self.url)
            .bearer_auth(&self.token)
            .header("content-type", "text/xml; charset=utf-8")
            .header("x-anchormailbox", &self.address)
            .body(request)
            .send()
            .await?;
        let status = response.status();
        let answer = response.bytes().await?;
        ensure!(status.is_success(), "{operation}: {status}: {}", String::from_utf8_lossy(&answer));
        Ok(answer.into())
    }

    async fn inbox(&self) -> anyhow::Result<String> {
        let request = format!(
            "<m:GetFolder><m:FolderShape>{SHAPE}</m:FolderShape><m:FolderIds>\
             <t:DistinguishedFolderId Id=\"inbox\"/></m:FolderIds></m:GetFolder>"
        );
        let answer = self.call("GetFolder", &[request.as_bytes()]).await?;
        ids(&answer, b"<t:FolderId ").pop().context("no inbox")
    }

    /// The ids of all items in all folders.
    async fn items(&self) -> anyhow::Result<Vec<String>> {
        let request = format!(
            "<m:FindFolder Traversal=\"Deep\"><m:FolderShape>{SHAPE}</m:FolderShape>\
             <m:ParentFolderIds><t:DistinguishedFolderId Id=\"msgfolderroot\"/>\
             </m:ParentFolderIds></m:FindFolder>"
        );
        let answer = self.call("FindFolder", &[request.as_bytes()]).await?;
        let mut items = Vec::new();
        for folder in ids(&answer, b"<t:FolderId ") {
            let mut state = String::new();
            loop {
                let request = format!(
                    "<m:SyncFolderItems><m:ItemShape>{SHAPE}</m:ItemShape><m:SyncFolderId>\
                     <t:FolderId Id=\"{folder}\"/></m:SyncFolderId>{state}\
                     <m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>"
                );
                let answer = self.call("SyncFolderItems", &[request.as_bytes()]).await?;
                items.extend(ids(&answer, b"<t:ItemId "));
                if memmem::find(&answer, b"InRange>true<").is_some() {
                    break;
                }
                let next = between(&answer, b"<m:SyncState>", b"</m:SyncState>").pop();
                let next = std::str::from_utf8(next.context("no sync state")?)?;
                state = format!("<m:SyncState>{next}</m:SyncState>");
            }
        }
        Ok(items)
    }
}

/// The `Id` of each element that begins with `start`.
fn ids(answer: &[u8], start: &[u8]) -> Vec<String> {
    let elements = between(answer, start, b">").into_iter();
    let ids = elements.filter_map(|element| between(element, b"Id=\"", b"\"").into_iter().next());
    ids.map(|id| String::from_utf8_lossy(id).into_owned()).collect()
}

/// Everything that stands between `start` and the next `end`.
fn between<'a>(text: &'a [u8], start: &[u8], end: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = memmem::find(rest, start) {
        rest = &rest[at + start.len()..];
        let Some(length) = memmem::find(rest, end) else {
            break;
        };
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    found
}
