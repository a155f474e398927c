//! What the simulator says both sides hold, whatever longhaul says.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use crate::Simulator;

/// A folder's content as the simulator digests it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Content {
    /// Items that are not associated.
    pub items: u64,
    /// Associated items.
    pub associated: u64,
    /// A digest of every item's class and properties, in any order.
    pub digest: String,
}

#[derive(Deserialize)]
struct Folder {
    path: Vec<String>,
    #[serde(flatten)]
    content: Content,
}

/// The folders of a mailbox that hold anything, by path; well-known ones by identity.
///
/// # Errors
///
/// If the simulator does not answer.
pub fn digest(simulator: &Simulator, address: &str) -> anyhow::Result<BTreeMap<String, Content>> {
    let folders = simulator.look(&format!("digest/{address}"))?;
    let folders: Vec<Folder> = serde_json::from_value(folders).context("a digest")?;
    let holding = folders
        .into_iter()
        .filter(|folder| folder.content.items + folder.content.associated > 0)
        .map(|folder| (folder.path.join("/"), folder.content));
    Ok(holding.collect())
}

/// Insists that every destination mailbox holds exactly what its source holds.
///
/// # Errors
///
/// Names the folders that differ.
pub fn assert_equal_sides(simulator: &Simulator) -> anyhow::Result<u64> {
    let mut items = 0;
    let destinations = &simulator.destination().mailboxes;
    for (source, destination) in simulator.source().mailboxes.iter().zip(destinations) {
        let (source, destination) = (digest(simulator, source)?, digest(simulator, destination)?);
        let paths: BTreeSet<_> = source.keys().chain(destination.keys()).collect();
        let differing: Vec<_> = paths
            .into_iter()
            .filter(|path| source.get(*path) != destination.get(*path))
            .map(|path| (path, source.get(path), destination.get(path)))
            .collect();
        ensure!(differing.is_empty(), "the sides differ: {differing:#?}");
        items += source.values().map(|content| content.items + content.associated).sum::<u64>();
    }
    ensure!(items > 0, "there was nothing to compare");
    Ok(items)
}
