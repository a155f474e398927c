//! What a user can do, by the simulator's control API.

use anyhow::Context as _;
use longhaul_e2e::Simulator;
use serde_json::{Value, json};

use super::State;

/// An item as its user sees it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) associated: bool,
    pub(crate) state: State,
}

/// Hands on the mailboxes of both sides, which are known by address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hands<'a>(pub(crate) &'a Simulator);

impl<'a> Hands<'a> {
    pub(crate) fn source(self, mailbox: usize) -> &'a str {
        &self.0.source().mailboxes[mailbox]
    }

    pub(crate) fn destination(self, mailbox: usize) -> &'a str {
        &self.0.destination().mailboxes[mailbox]
    }

    /// Makes an item; its id.
    pub(super) fn make(self, at: &str, subject: &str, state: &State) -> anyhow::Result<String> {
        let State { folder, body, read } = state;
        let new = json!({"folder": folder, "subject": subject, "body": body, "read": read});
        text(&self.act(at, "items", &new)?["ids"][0])
    }

    pub(super) fn rewrite(self, at: &str, id: &str, body: &str) -> anyhow::Result<()> {
        self.act(at, "change", &json!({"id": id, "body": body})).map(drop)
    }

    pub(super) fn mark(self, at: &str, id: &str, read: bool) -> anyhow::Result<()> {
        self.act(at, "change", &json!({"id": id, "read": read})).map(drop)
    }

    /// Moves an item; its new id.
    pub(super) fn relocate(self, at: &str, id: &str, to: &str) -> anyhow::Result<String> {
        text(&self.act(at, "move", &json!({"id": id, "to": to}))?["id"])
    }

    pub(super) fn delete(self, at: &str, id: &str) -> anyhow::Result<()> {
        self.act(at, "delete", &json!({"id": id, "how": "hard"})).map(drop)
    }

    pub(super) fn make_folder(self, at: &str, parent: &str, name: &str) -> anyhow::Result<()> {
        self.act(at, "folders", &json!({"parent": parent, "name": name})).map(drop)
    }

    pub(super) fn rename_folder(self, at: &str, folder: &str, name: &str) -> anyhow::Result<()> {
        self.act(at, "rename", &json!({"folder": folder, "name": name})).map(drop)
    }

    /// What is in a folder, associated items too.
    pub(crate) fn list(self, at: &str, folder: &str) -> anyhow::Result<Vec<Seen>> {
        let listed = self.0.look(&format!("mailboxes/{at}/items?folder={folder}"))?;
        let items = listed.as_array().context("a list")?;
        let seen = items.iter().map(|item| {
            let of = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
            let state =
                State { folder: folder.to_owned(), body: of("body"), read: item["read"] == true };
            let associated = item["associated"] == true;
            Seen { id: of("id"), subject: of("subject"), associated, state }
        });
        Ok(seen.collect())
    }

    fn act(self, at: &str, what: &str, body: &Value) -> anyhow::Result<Value> {
        self.0.act(&format!("mailboxes/{at}/{what}"), body)
    }
}

fn text(value: &Value) -> anyhow::Result<String> {
    value.as_str().map(str::to_owned).context("a text")
}
