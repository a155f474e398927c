//! A mailbox as the simulator dumps it: every item with all its properties.

use std::collections::BTreeMap;

use anyhow::Context as _;
use longhaul_e2e::Simulator;
use serde_json::Value;

use crate::users::State;

/// MAPI properties as the dump names them (Microsoft: MS-OXPROPS PidTagSubject, PidTagBody,
/// PidTagMessageFlags).
const SUBJECT: &str = "0x0037001F";
const BODY: &str = "0x1000001F";
const MESSAGE_FLAGS: &str = "0x0E070003";
/// The bit of a message that was read (Microsoft: MS-OXCMSG 2.2.1.6).
const READ: i64 = 1;

/// How the folders of recoverable items are called, by identity.
const RECOVERABLE: &str = "{recoverableitems";

/// An item and where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    /// Well-known folders by identity, `{inbox}/Projects`.
    pub(crate) path: String,
    pub(crate) subject: String,
    /// All of it, canonical.
    pub(crate) line: String,
}

/// The items of a mailbox; equal ones are counted.
pub(crate) type Side = BTreeMap<Item, usize>;

/// Reads a mailbox.
///
/// # Errors
///
/// If the simulator does not answer with a dump.
pub(crate) fn read(simulator: &Simulator, address: &str) -> anyhow::Result<Side> {
    let dump = simulator.look(&format!("dump/{address}"))?;
    let mut side = Side::new();
    for folder in dump["folders"].as_array().context("folders")? {
        let path = folder["path"].as_array().context("a path")?;
        let path = path.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("/");
        // What was deleted stays here for a while; it is nobody's copy.
        if path.starts_with(RECOVERABLE) {
            continue;
        }
        for item in folder["content"].as_array().context("content")? {
            let subject = item["properties"][SUBJECT].as_str().unwrap_or_default().to_owned();
            let item = Item { path: path.clone(), subject, line: item.to_string() };
            *side.entry(item).or_default() += 1;
        }
    }
    Ok(side)
}

impl Item {
    /// What users know of it.
    pub(crate) fn state(&self) -> State {
        let item: Value = serde_json::from_str(&self.line).unwrap_or_default();
        let properties = &item["properties"];
        let flags = properties[MESSAGE_FLAGS].as_i64().unwrap_or_default();
        let body = properties[BODY].as_str().unwrap_or_default().to_owned();
        State { folder: self.folder(), body, read: flags & READ == READ }
    }

    /// Its folder as the control API takes it.
    pub(crate) fn folder(&self) -> String {
        self.path.replacen(['{', '}'], "", 2)
    }

    /// The first property in which another item differs, for people.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_default();
        let (one, two) = (parse(&self.line), parse(&other.line));
        for part in ["class", "associated", "recipients", "attachments"] {
            if one[part] != two[part] {
                return Some(format!("{part}: {} and {}", one[part], two[part]));
            }
        }
        let names = |item: &Value| -> Vec<String> {
            item["properties"]
                .as_object()
                .map(|all| all.keys().cloned().collect())
                .unwrap_or_default()
        };
        let mut names = [names(&one), names(&two)].concat();
        names.retain(|name| one["properties"][name] != two["properties"][name]);
        let name = names.first()?;
        let (one, two) = (&one["properties"][name], &two["properties"][name]);
        Some(format!("property {name}: {one} and {two}"))
    }
}

/// What `one` has more of than `two`.
pub(crate) fn without(one: &Side, two: &Side) -> Side {
    let more = one.iter().map(|(item, count)| {
        let left = count.saturating_sub(two.get(item).copied().unwrap_or_default());
        (item.clone(), left)
    });
    more.filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(path: &str, line: &str) -> Item {
        Item { path: path.to_owned(), subject: String::new(), line: line.to_owned() }
    }

    #[test]
    fn twins_are_counted() {
        let one = Side::from([(item("{inbox}", "a"), 3), (item("{inbox}", "b"), 1)]);
        let two = Side::from([(item("{inbox}", "a"), 1), (item("{inbox}", "b"), 2)]);
        assert_eq!(without(&one, &two), Side::from([(item("{inbox}", "a"), 2)]));
        assert_eq!(without(&two, &one), Side::from([(item("{inbox}", "b"), 1)]));
    }

    #[test]
    fn a_user_knows_folder_text_and_read_state() {
        let line = r#"{"properties":{"0x1000001F":"text","0x0E070003":3}}"#;
        let state = item("{inbox}/Sub", line).state();
        let expected =
            State { folder: "inbox/Sub".to_owned(), body: "text".to_owned(), read: true };
        assert_eq!(state, expected);
    }
}
