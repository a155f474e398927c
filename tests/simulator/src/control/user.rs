//! Acting as the user of a mailbox, and looking into it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mailbox::{Deletion, FolderId, ItemId, Mailbox, Order, Scope};
use crate::mapi::{Item, tags};
use crate::tenant::{Account, World};

use super::Refused;

type Sim = State<Arc<World>>;
type Answer = Result<Json<Value>, Refused>;

fn account<'a>(world: &'a World, address: &str) -> Result<&'a Arc<Account>, Refused> {
    world.account(address).ok_or_else(|| Refused::not_found("mailbox"))
}

/// The folder of an EWS id or a path.
fn folder(mailbox: &Mailbox, text: &str) -> Result<FolderId, Refused> {
    let mut names = text.split('/');
    let first = names.next().unwrap_or_default();
    let Some(mut at) = mailbox.distinguished(first) else {
        return Ok(mailbox.parse_folder_id(text)?);
    };
    for name in names {
        at = mailbox.find_child(at, name).ok_or_else(|| Refused::not_found("folder"))?;
    }
    Ok(at)
}

#[derive(Deserialize)]
pub(super) struct InFolder {
    folder: String,
}

pub(super) async fn list(
    State(world): Sim,
    Path(address): Path<String>,
    Query(query): Query<InFolder>,
) -> Answer {
    let mailbox = account(&world, &address)?.mailbox();
    let at = folder(&mailbox, &query.folder)?;
    let mut items = Vec::new();
    for (scope, associated) in [(Scope::Normal, false), (Scope::Associated, true)] {
        for listed in mailbox.find_items(at, scope, Order::NewestFirst, 0, usize::MAX)?.entries {
            let record = mailbox.item(listed.id)?;
            items.push(json!({
                "id": mailbox.item_id_text(listed.id),
                "class": record.item.class(),
                "subject": record.item.props.text(tags::SUBJECT),
                "body": record.item.props.text(tags::BODY).map(beginning),
                "size": listed.facts.size,
                "read": listed.facts.read,
                "associated": associated,
            }));
        }
    }
    Ok(Json(items.into()))
}

/// Enough of a text to know it by.
fn beginning(text: &str) -> String {
    text.chars().take(64).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewItem {
    folder: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    class: Option<String>,
    #[serde(default)]
    read: bool,
    #[serde(default)]
    associated: bool,
    #[serde(default)]
    count: Option<u32>,
}

pub(super) async fn create(
    State(world): Sim,
    Path(address): Path<String>,
    Json(new): Json<NewItem>,
) -> Answer {
    let mut mailbox = account(&world, &address)?.mailbox();
    let at = folder(&mailbox, &new.folder)?;
    let mut ids = Vec::new();
    for _ in 0..new.count.unwrap_or(1) {
        let mut item = Item::of_class(new.class.as_deref().unwrap_or("IPM.Note"));
        let id = format!("<{}@simulator.test>", uuid::Uuid::new_v4());
        item.props.set(tags::SUBJECT, new.subject.as_str());
        item.props.set(tags::NORMALIZED_SUBJECT, new.subject.as_str());
        item.props.set(tags::BODY, new.body.as_str());
        item.props.set(tags::INTERNET_MESSAGE_ID, id);
        item.props.set(tags::DELIVERY_TIME, mailbox.now());
        item.props.set(tags::SUBMIT_TIME, mailbox.now());
        item.set_read(new.read);
        let item = mailbox.create_item(at, new.associated, item)?;
        ids.push(mailbox.item_id_text(item));
    }
    Ok(Json(json!({ "ids": ids })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedItem {
    id: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    read: Option<bool>,
}

pub(super) async fn change(
    State(world): Sim,
    Path(address): Path<String>,
    Json(body): Json<ChangedItem>,
) -> Answer {
    let mut mailbox = account(&world, &address)?.mailbox();
    let item = mailbox.parse_item_id(&body.id)?;
    if body.subject.is_some() || body.body.is_some() {
        mailbox.change_item(item, |item| {
            if let Some(subject) = body.subject {
                item.props.set(tags::NORMALIZED_SUBJECT, subject.as_str());
                item.props.set(tags::SUBJECT, subject);
            }
            if let Some(body) = body.body {
                item.props.set(tags::BODY, body);
            }
        })?;
    }
    if let Some(read) = body.read {
        mailbox.set_read(item, read)?;
    }
    Ok(Json(json!({ "id": mailbox.item_id_text(item) })))
}

/// An item or a folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    folder: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    how: How,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    #[default]
    Hard,
    Soft,
    ToDeletedItems,
}

enum Which {
    Item(ItemId),
    Folder(FolderId),
}

fn which(mailbox: &Mailbox, object: &Object) -> Result<Which, Refused> {
    match (&object.id, &object.folder) {
        (Some(id), None) => Ok(Which::Item(mailbox.parse_item_id(id)?)),
        (None, Some(path)) => Ok(Which::Folder(folder(mailbox, path)?)),
        _ => Err(Refused::invalid("give either \"id\" or \"folder\"")),
    }
}

pub(super) async fn relocate(
    State(world): Sim,
    Path(address): Path<String>,
    Json(object): Json<Object>,
) -> Answer {
    let mut mailbox = account(&world, &address)?.mailbox();
    let to = object.to.as_deref().ok_or_else(|| Refused::invalid("\"to\" is missing"))?;
    let to = folder(&mailbox, to)?;
    let id = match which(&mailbox, &object)? {
        Which::Item(item) => {
            let moved = mailbox.move_item(item, to)?;
            mailbox.item_id_text(moved)
        }
        Which::Folder(at) => {
            mailbox.move_folder(at, to)?;
            mailbox.folder_id_text(at)
        }
    };
    Ok(Json(json!({ "id": id })))
}

pub(super) async fn delete(
    State(world): Sim,
    Path(address): Path<String>,
    Json(object): Json<Object>,
) -> Result<StatusCode, Refused> {
    let mut mailbox = account(&world, &address)?.mailbox();
    let how = match object.how {
        How::Hard => Deletion::Hard,
        How::Soft => Deletion::Soft,
        How::ToDeletedItems => Deletion::ToDeletedItems,
    };
    match which(&mailbox, &object)? {
        Which::Item(item) => mailbox.delete_item(item, how)?,
        Which::Folder(at) => mailbox.delete_folder(at)?,
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFolder {
    parent: String,
    name: String,
    #[serde(default)]
    class: Option<String>,
}

pub(super) async fn create_folder(
    State(world): Sim,
    Path(address): Path<String>,
    Json(new): Json<NewFolder>,
) -> Answer {
    let mut mailbox = account(&world, &address)?.mailbox();
    let parent = folder(&mailbox, &new.parent)?;
    let class = new.class.as_deref().unwrap_or("IPF.Note");
    let made = mailbox.create_folder(parent, &new.name, class)?;
    Ok(Json(json!({ "id": mailbox.folder_id_text(made) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Renamed {
    folder: String,
    name: String,
}

pub(super) async fn rename(
    State(world): Sim,
    Path(address): Path<String>,
    Json(body): Json<Renamed>,
) -> Result<StatusCode, Refused> {
    let mut mailbox = account(&world, &address)?.mailbox();
    let at = folder(&mailbox, &body.folder)?;
    mailbox.rename_folder(at, &body.name)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    #[serde(default)]
    quota: Option<u64>,
    #[serde(default)]
    max_item_size: Option<u64>,
    /// The quota is what is used now.
    #[serde(default)]
    full: bool,
}

/// Sets the limits; a quota left out is no quota.
pub(super) async fn limits(
    State(world): Sim,
    Path(address): Path<String>,
    Json(body): Json<Limits>,
) -> Answer {
    let mut mailbox = account(&world, &address)?.mailbox();
    let quota = if body.full { Some(mailbox.used()) } else { body.quota };
    let size = body.max_item_size.unwrap_or_else(|| mailbox.options().max_item_size);
    mailbox.set_limits(quota, size);
    Ok(Json(json!({ "used": mailbox.used(), "quota": quota, "max_item_size": size })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Enabled {
    enabled: bool,
}

pub(super) async fn ews(
    State(world): Sim,
    Path(address): Path<String>,
    Json(body): Json<Enabled>,
) -> Result<StatusCode, Refused> {
    account(&world, &address)?.set_ews_enabled(body.enabled);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn invalidate(
    State(world): Sim,
    Path(address): Path<String>,
) -> Result<StatusCode, Refused> {
    account(&world, &address)?.mailbox().invalidate_sync_states();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn dump(
    State(world): Sim,
    Path(address): Path<String>,
) -> Result<Response, Refused> {
    let account = Arc::clone(account(&world, &address)?);
    let text = tokio::task::spawn_blocking(move || {
        let mut text = Vec::new();
        account.mailbox().dump(&mut text).map(|()| text)
    });
    let text = text.await.map_err(Refused::invalid)?.map_err(Refused::invalid)?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

pub(super) async fn digest(State(world): Sim, Path(address): Path<String>) -> Answer {
    let account = Arc::clone(account(&world, &address)?);
    let digest = tokio::task::spawn_blocking(move || account.mailbox().digest());
    let digest = digest.await.map_err(Refused::invalid)?;
    serde_json::to_value(digest).map(Json).map_err(Refused::invalid)
}
