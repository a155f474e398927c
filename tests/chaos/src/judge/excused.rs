//! Items that longhaul lists as ambiguous: it left them alone and said so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::Context as _;
use longhaul_e2e::Simulator;
use serde_json::Value;

use super::dump::Item;
use crate::shared::Shared;
use crate::users::Hands;

/// `AMBIGUOUS_UPLOAD` in longhaul's catalogue of codes.
const AMBIGUOUS: &str = "LH-0803";

/// What `longhaul errors` lists, and what was excused for it.
#[derive(Debug)]
pub(super) struct Excused {
    /// Ids of ambiguous items at the source.
    ids: BTreeSet<String>,
    by_code: BTreeMap<String, u64>,
    excused: u64,
}

impl Excused {
    /// Asks for the list.
    pub(super) fn read(shared: &Shared) -> anyhow::Result<Self> {
        let command = ["errors", "--limit", "100000", "--output", "json"];
        let page: Value = shared.command(&command).context("the list of errors")?.json()?;
        let (mut ids, mut by_code) = (BTreeSet::new(), BTreeMap::new());
        for row in page["rows"].as_array().context("rows")? {
            let code = row["code"].as_str().unwrap_or_default();
            *by_code.entry(code.to_owned()).or_default() += 1;
            if let (AMBIGUOUS, Some(id)) = (code, row["item"].as_str()) {
                ids.insert(id.to_owned());
            }
        }
        Ok(Self { ids, by_code, excused: 0 })
    }

    /// Whether a source item whose copy is missing is listed.
    pub(super) fn is(&mut self, simulator: &Simulator, address: &str, item: &Item) -> bool {
        if self.ids.is_empty() {
            return false;
        }
        let listed = Hands(simulator).list(address, &item.folder()).unwrap_or_default();
        let named = listed.iter().filter(|seen| seen.subject == item.subject);
        let is_listed = named.filter(|seen| self.ids.contains(&seen.id)).count() > 0;
        self.excused += u64::from(is_listed);
        is_listed
    }
}

impl fmt::Display for Excused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "errors listed: {:?}, excused as ambiguous: {}", self.by_code, self.excused)
    }
}
